// What the engines cost: Parareal and MGRIT with propagators that do next to nothing on a state of one double, against
// a loop that makes as many of the same virtual calls and nothing else. Columns, in nanoseconds per slice and
// iteration, of MGRIT per slice that is crossed on any of its grids:
//
//   engine     all of solve_parareal, solve_mgrit
//   calls      the propagators' own calls
//   overhead   engine − calls: grid, states, norms, record, executor
#include <benchmark/benchmark.h>

#include <chrono>
#include <memory>

#include "core/mgrit/mgrit.h"
#include "core/parareal/parareal.h"

namespace forerun {
namespace {

constexpr Index kIterations = 16;

/// u ↦ factor · u.
class Scaling final : public Propagator {
 public:
  explicit Scaling(double factor) : factor_(factor) {}

  Index dimension() const override { return 1; }
  void propagate(const Slice& /*slice*/, const StateView& in, StateOut out) const override { out[0] = factor_ * in[0]; }

 private:
  double factor_;
};

/// The fine and coarse calls that `kIterations` iterations make: iteration k leaves its k − 1 exact slices alone.
void call_propagators(const TimeGrid& grid, const Propagator& coarse, const Propagator& fine, States& states) {
  const Index num_slices = grid.num_slices();
  for (Index n = 0; n < num_slices; ++n) coarse.propagate(grid.slice(n), states.col(n), states.col(n + 1));
  for (Index first = 0; first < kIterations; ++first) {
    for (Index n = first; n < num_slices; ++n) fine.propagate(grid.slice(n), states.col(n), states.col(n + 1));
    for (Index n = first + 1; n < num_slices; ++n) coarse.propagate(grid.slice(n), states.col(n), states.col(n + 1));
  }
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void engine_overhead(benchmark::State& bench) {
  const TimeGrid grid(0.0, 1.0, bench.range(0));
  const int num_threads = static_cast<int>(bench.range(1));
  const auto executor = num_threads == 1 ? make_serial_executor() : make_tbb_executor(num_threads);
  // Through the base class from elsewhere, as the engine sees them: the calls must stay calls.
  std::unique_ptr<const Propagator> coarse = std::make_unique<Scaling>(0.999);
  std::unique_ptr<const Propagator> fine = std::make_unique<Scaling>(0.9991);
  benchmark::DoNotOptimize(coarse);
  benchmark::DoNotOptimize(fine);
  const State initial = State::Ones(1);
  States states = States::Ones(1, grid.num_slices() + 1);
  const PararealOptions options{.tolerance = 0.0, .max_iterations = kIterations};

  double engine_seconds = 0.0;
  double calls_seconds = 0.0;
  for (auto _ : bench) {
    auto start = std::chrono::steady_clock::now();
    const RunRecord record = solve_parareal({grid, initial, *coarse, *fine}, options, *executor);
    engine_seconds += seconds_since(start);
    benchmark::DoNotOptimize(record.boundaries.data());

    start = std::chrono::steady_clock::now();
    call_propagators(grid, *coarse, *fine, states);
    calls_seconds += seconds_since(start);
    benchmark::DoNotOptimize(states.data());
  }

  const Index slice_iterations = kIterations * grid.num_slices() - kIterations * (kIterations - 1) / 2;
  const double unit = 1e9 / static_cast<double>(bench.iterations() * slice_iterations);
  bench.counters["engine"] = unit * engine_seconds;
  bench.counters["calls"] = unit * calls_seconds;
  bench.counters["overhead"] = unit * (engine_seconds - calls_seconds);
}

/// Counts what it is asked to cross; for one thread.
class Counted final : public Propagator {
 public:
  Counted(const Propagator& propagator, Index& count) : propagator_(propagator), count_(count) {}

  Index dimension() const override { return propagator_.dimension(); }
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    ++count_;
    propagator_.propagate(slice, in, out);
  }

 private:
  const Propagator& propagator_;
  Index& count_;
};

/// V-cycles with FCF-relaxation on as many grids as there are.
void mgrit_overhead(benchmark::State& bench) {
  const TimeGrid grid(0.0, 1.0, bench.range(0));
  const auto executor = make_serial_executor();
  std::unique_ptr<const Propagator> coarse = std::make_unique<Scaling>(0.999);
  std::unique_ptr<const Propagator> fine = std::make_unique<Scaling>(0.9991);
  benchmark::DoNotOptimize(coarse);
  benchmark::DoNotOptimize(fine);
  const State initial = State::Ones(1);
  const MgritOptions options{.coarsening = bench.range(1), .tolerance = 0.0, .max_iterations = kIterations};
  Index crossings = 0;
  const Counted counted_fine(*fine, crossings), counted_coarse(*coarse, crossings);
  solve_mgrit({grid, initial, counted_fine, {&counted_coarse}}, options, *executor);

  double engine_seconds = 0.0;
  double calls_seconds = 0.0;
  State in = initial, out = initial;
  for (auto _ : bench) {
    auto start = std::chrono::steady_clock::now();
    const RunRecord record = solve_mgrit({grid, initial, *fine, {coarse.get()}}, options, *executor);
    engine_seconds += seconds_since(start);
    benchmark::DoNotOptimize(record.boundaries.data());

    start = std::chrono::steady_clock::now();
    for (Index i = 0; i < crossings; ++i) fine->propagate(grid.slice(i % grid.num_slices()), in, out);
    calls_seconds += seconds_since(start);
    benchmark::DoNotOptimize(out.data());
  }

  const double unit = 1e9 / static_cast<double>(bench.iterations() * crossings);
  bench.counters["engine"] = unit * engine_seconds;
  bench.counters["calls"] = unit * calls_seconds;
  bench.counters["overhead"] = unit * (engine_seconds - calls_seconds);
}

BENCHMARK(engine_overhead)
    ->ArgNames({"slices", "threads"})
    ->ArgsProduct({{64, 256, 1024, 4096}, {1, 2}})
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime();

BENCHMARK(mgrit_overhead)
    ->ArgNames({"slices", "coarsening"})
    ->ArgsProduct({{1024, 16384}, {2, 8}})
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime();

}  // namespace
}  // namespace forerun

BENCHMARK_MAIN();
