/// What SIMD lanes bring: one fine sweep over 64 time slices on one thread, slice by slice and sixteen slices at a
/// time.
///
///   * Lorenz, RK4 × 450 steps a slice: three components keep no SIMD unit busy, so slices go side by side in its
///   lanes.
///   * Burgers, d = 128, RK8 × 20: loops along the state fill the SIMD unit already; lanes are shown beside it.
///
/// items_per_second counts slices. Both ways give the same bits (tests/solvers/simd/lanes_test.cc).

#include <benchmark/benchmark.h>

#include <array>
#include <memory>
#include <vector>

#include "core/base/time_grid.h"
#include "solvers/equations/problem_registry.h"
#include "solvers/equations/problems/burgers.h"
#include "solvers/integrators/butcher_tableau.h"
#include "solvers/integrators/rk_kernel.h"

namespace forerun {
namespace {

constexpr Index num_slices = 64;
constexpr Index burgers_points = 128;
constexpr Index burgers_steps = 20;

/// A problem's fine sweep: every slice from its own state.
struct Sweep {
  explicit Sweep(const std::string& name, double slice_length, const SolverSpec& spec)
      : problem(find_problem(name).make(Parameters(find_problem(name).parameters))),
        propagator(problem->make_propagator(spec)),
        grid(0.0, slice_length * static_cast<double>(num_slices), num_slices),
        in(problem->initial_state().replicate(1, num_slices)),
        out(in) {}

  std::unique_ptr<OdeProblem> problem;
  std::unique_ptr<Propagator> propagator;
  TimeGrid grid;
  States in;
  States out;
};

Sweep lorenz_sweep() { return Sweep("lorenz", 0.36, {"rk4", 450}); }
Sweep burgers_sweep() { return Sweep("burgers", 5.9 / 128.0, {"rk8", burgers_steps}); }

void run_slice_by_slice(benchmark::State& state, Sweep sweep) {
  for (auto _ : state) {
    for (Index n = 0; n < num_slices; ++n) {
      sweep.propagator->propagate(sweep.grid.slice(n), sweep.in.col(n), sweep.out.col(n));
    }
    benchmark::DoNotOptimize(sweep.out.data());
  }
  state.SetItemsProcessed(state.iterations() * num_slices);
}

void run_block(benchmark::State& state, Sweep sweep) {
  for (auto _ : state) {
    sweep.propagator->propagate_block(sweep.grid.slices(0, num_slices), sweep.in, sweep.out);
    benchmark::DoNotOptimize(sweep.out.data());
  }
  state.SetItemsProcessed(state.iterations() * num_slices);
}

/// Burgers with sixteen slices in the lanes of every grid point: what the propagator would do if it used lanes here.
void run_burgers_in_lanes(benchmark::State& state) {
  using Kernel = RkKernel<Burgers, Rk8, Lanes>;
  const Burgers burgers{Parameters(Burgers::parameter_specs())};
  const State initial = burgers.initial_state();
  std::array<Lanes, burgers_points> u;
  std::array<Lanes, Kernel::workspace_size(burgers_points)> workspace;
  const StepRange<Lanes> range{broadcast<Lanes>(0.0), broadcast<Lanes>(5.9 / 128.0), burgers_steps, 0, burgers_steps};
  for (auto _ : state) {
    for (Index group = 0; group < num_slices; group += num_lanes<Lanes>) {
      for (Index i = 0; i < burgers_points; ++i) u[static_cast<std::size_t>(i)] = broadcast<Lanes>(initial[i]);
      Kernel::advance(burgers, range, u.data(), workspace.data());
      benchmark::DoNotOptimize(u.data());
    }
  }
  state.SetItemsProcessed(state.iterations() * num_slices);
}

BENCHMARK_CAPTURE(run_slice_by_slice, lorenz_rk4, lorenz_sweep());
BENCHMARK_CAPTURE(run_block, lorenz_rk4, lorenz_sweep());
BENCHMARK_CAPTURE(run_slice_by_slice, burgers_128_rk8, burgers_sweep());
BENCHMARK(run_burgers_in_lanes);

}  // namespace
}  // namespace forerun

BENCHMARK_MAIN();
