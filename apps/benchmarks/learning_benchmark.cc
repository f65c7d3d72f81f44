// What the learners cost: fit and predict of a run, without its solvers.
//
//   learning_benchmark burgers    d = 128, 128 slices, 9 iterations
//   learning_benchmark large      d = 110 450, 512 slices, 4 iterations
//
// States are synthetic: a smooth path through state space, one point a slice, with perturbations that shrink from
// iteration to iteration, as a converging run has them. One iteration fits the new samples, evaluates the correction at
// all old states in blocks and at all new states one by one, as `solve_parareal` does. One thread; seconds are
// processor time.
#include <sys/resource.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "learning/numerics/random_stream.h"
#include "learning/training/corrector_registry.h"

namespace {

using namespace forerun;

struct Size {
  const char* name;
  Index dimension;
  Index num_slices;
  Index num_iterations;
};

constexpr Size kSizes[] = {{"burgers", 128, 128, 9}, {"large", 110450, 512, 4}};
constexpr Index kBlock = 16;

/// Processor time, not wall clock: one thread works, and what else the machine does is not the learner's.
double seconds_of(const auto& work) {
  const std::clock_t start = std::clock();
  work();
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

/// u_i(t_n) = cos of a travelling wave plus noise of size 10^−iteration; one column a slice.
States synthetic_states(const Size& size, Index iteration) {
  States states(size.dimension, size.num_slices);
  const RandomStream noise(1, static_cast<std::uint64_t>(iteration));
  const double amplitude = std::pow(0.1, static_cast<double>(iteration));
  for (Index n = 0; n < size.num_slices; ++n) {
    const double shift = 6.0 * static_cast<double>(n) / static_cast<double>(size.num_slices);
    const double bump = amplitude * noise.uniform(static_cast<std::uint64_t>(n));
    for (Index i = 0; i < size.dimension; ++i) {
      const double x = 12.0 * static_cast<double>(i) / static_cast<double>(size.dimension);
      states(i, n) = 0.8 * std::cos(x - shift) * std::exp(-0.05 * shift) + bump * std::sin(3.0 * x + shift);
    }
  }
  return states;
}

/// A nonlinear discrepancy that does not depend on the slice.
States synthetic_discrepancies(const States& states) {
  return (0.01 * states.array().cube() + 0.005 * (2.0 * states.array()).sin()).matrix();
}

void measure(const Size& size, const CorrectorEntry& entry) {
  const StateBounds bounds{State::Constant(size.dimension, -1.0), State::Constant(size.dimension, 1.0)};
  const auto corrector = entry.make(Parameters(entry.parameters), {bounds, 1});
  const auto executor = make_serial_executor();
  const TimeGrid grid(0.0, 1.0, size.num_slices);
  std::vector<Index> slices;
  for (Index n = 0; n < size.num_slices; ++n) slices.push_back(n);

  Harvest harvest(size.dimension);
  double fit_seconds = 0.0, predict_seconds = 0.0, last_error = 0.0;
  States out(size.dimension, size.num_slices);
  for (Index k = 1; k <= size.num_iterations; ++k) {
    const States states = synthetic_states(size, k), next = synthetic_states(size, k + 1);
    harvest.append(states, synthetic_discrepancies(states), slices, std::vector<Index>(slices.size(), k));
    std::unique_ptr<const LearnedCorrection> correction;
    fit_seconds += seconds_of([&] { correction = corrector->fit(harvest, *executor); });
    predict_seconds += seconds_of([&] {
      for (Index n = 0; n < size.num_slices; n += kBlock)
        correction->evaluate_block(grid.slices(n, kBlock), states.middleCols(n, kBlock), States(),
                                   out.middleCols(n, kBlock));
      for (Index n = 0; n < size.num_slices; ++n) correction->evaluate(grid.slice(n), next.col(n), State(), out.col(n));
    });
    const States expected = synthetic_discrepancies(next);
    last_error = (out - expected).cwiseAbs().maxCoeff() / expected.cwiseAbs().maxCoeff();
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%-14s %8ld %7ld %11ld %9.2f %11.2f %9.2f %12.1e %13.2f\n", entry.name.c_str(),
              static_cast<long>(size.dimension), static_cast<long>(size.num_slices),
              static_cast<long>(size.num_iterations), fit_seconds, predict_seconds, fit_seconds + predict_seconds,
              last_error, static_cast<double>(usage.ru_maxrss) / (1 << 20));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 3) {
    std::fprintf(stderr, "usage: learning_benchmark [burgers|large] [corrector]\n");
    return 2;
  }
  std::printf("%-14s %8s %7s %11s %9s %11s %9s %12s %13s\n", "corrector", "d", "slices", "iterations", "fit [s]",
              "predict [s]", "both [s]", "last error", "peak mem [GiB]");
  for (const Size& size : kSizes) {
    if (argc > 1 && std::strcmp(argv[1], size.name) != 0) continue;
    for (const CorrectorEntry& entry : corrector_registry()) {
      if (!entry.make || (argc > 2 && entry.name != argv[2])) continue;
      measure(size, entry);
    }
  }
  return 0;
}
