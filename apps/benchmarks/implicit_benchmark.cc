/// Implicit methods on stiff problems, serially: error against a tight reference over time.
///
///     implicit_benchmark          rows of small and medium size: seconds, best of three
///     implicit_benchmark large    one step of sizes 10⁵ and 10⁶: seconds and the process's peak memory
///
/// One line a run: problem, method, error in the norm of the state scaled by the problem's bounds, time.

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <limits>
#include <vector>

#include "core/base/stopwatch.h"
#include "solvers/equations/problem_registry.h"

namespace forerun {
namespace {

struct Row {
  std::string problem;
  std::vector<std::pair<std::string, ParameterValue>> parameters;
  double end;
  SolverSpec reference;
  std::vector<SolverSpec> runs;
};

std::unique_ptr<OdeProblem> make(const Row& row) {
  const ProblemEntry& entry = find_problem(row.problem);
  Parameters parameters(entry.parameters);
  for (const auto& [key, value] : row.parameters) parameters.set(key, value);
  return entry.make(parameters);
}

State solve(const Propagator& propagator, const OdeProblem& problem, double end) {
  State result(problem.dimension());
  propagator.propagate({0, 0.0, end}, problem.initial_state(), result);
  return result;
}

void measure(const Row& row) {
  const auto problem = make(row);
  const State reference = solve(*problem->make_propagator(row.reference), *problem, row.end);
  const StateNorm norm(problem->bounds());
  std::printf("%s, d = %lld, to t = %g\n", row.problem.c_str(), static_cast<long long>(problem->dimension()), row.end);
  for (const SolverSpec& spec : row.runs) {
    const auto propagator = problem->make_propagator(spec);
    double seconds = std::numeric_limits<double>::infinity();
    State result;
    for (int repeat = 0; repeat < 3; ++repeat) {
      const Stopwatch watch;
      result = solve(*propagator, *problem, row.end);
      seconds = std::min(seconds, watch.seconds());
    }
    std::printf("  %-24s error %.1e  %9.3f ms\n", to_text(spec).c_str(), norm.distance(result, reference),
                1e3 * seconds);
  }
}

std::vector<SolverSpec> to_tolerances(std::initializer_list<double> tolerances) {
  std::vector<SolverSpec> specs;
  for (const char* method : {"esdirk43", "radau5"}) {
    for (const double tolerance : tolerances) specs.push_back({method, tolerance});
  }
  return specs;
}

void measure_small() {
  const auto number = [](std::int64_t n) { return ParameterValue(n); };
  const SolverSpec tight{"radau5", 1e-12};
  measure({"van_der_pol", {}, 2000.0, tight, to_tolerances({1e-5, 1e-7, 1e-9})});
  measure({"robertson", {}, 1e4, tight, to_tolerances({1e-5, 1e-7, 1e-9})});
  measure({"oregonator", {}, 360.0, tight, to_tolerances({1e-5, 1e-7, 1e-9})});
  measure({"allen_cahn", {{"points", number(200)}}, 20.0, tight, to_tolerances({1e-4, 1e-6, 1e-8})});
  measure({"burgers", {{"points", number(128)}}, 5.9, tight, to_tolerances({1e-4, 1e-6, 1e-8})});
  measure({"burgers", {{"points", number(1128)}}, 5.9, tight, to_tolerances({1e-4, 1e-5, 1e-6, 1e-7, 1e-8})});
  measure({"burgers", {{"points", number(10000)}}, 5.9, {"radau5", 1e-9}, to_tolerances({1e-4, 1e-5, 1e-6})});
  measure({"heat", {{"points", number(1000)}}, 1.0, tight, to_tolerances({1e-4, 1e-6, 1e-8})});
  measure({"diffusion_reaction", {{"cells", number(19)}}, 20.0, tight, to_tolerances({1e-4, 1e-6})});
}

void step_once(const Row& row) {
  const Stopwatch making;
  const auto problem = make(row);
  for (const SolverSpec& spec : row.runs) {
    const auto propagator = problem->make_propagator(spec);
    const Stopwatch watch;
    const State first = solve(*propagator, *problem, row.end);
    const double seconds = watch.seconds();
    const Stopwatch again;
    const State second = solve(*propagator, *problem, row.end);
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("%s, d = %lld, %s over %g: first %.2f s, again %.2f s, peak memory %ld MiB\n", row.problem.c_str(),
                static_cast<long long>(problem->dimension()), to_text(spec).c_str(), row.end, seconds, again.seconds(),
                usage.ru_maxrss / 1024);
  }
}

void measure_large() {
  const auto number = [](std::int64_t n) { return ParameterValue(n); };
  step_once({"diffusion_reaction", {{"cells", number(77)}}, 0.04, {}, {{"backward_euler", 1}, {"radau3", 1}}});
  step_once({"diffusion_reaction", {{"cells", number(235)}}, 0.04, {}, {{"backward_euler", 1}, {"radau3", 1}}});
  step_once({"heat_2d", {{"points", number(1000)}}, 0.01, {}, {{"backward_euler", 1}, {"sdirk2", 1}}});
}

}  // namespace
}  // namespace forerun

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "large") == 0) {
    forerun::measure_large();
  } else {
    forerun::measure_small();
  }
}
