#include "apps/forerun/bench/bench_kernels.h"

#include <array>
#include <cmath>
#include <memory>

#include "apps/forerun/bench/bench_machine.h"
#include "apps/forerun/bench/bench_probe.h"
#include "apps/forerun/cli/text_table.h"
#include "core/parareal/parareal.h"
#include "learning/numerics/nearest_neighbors.h"
#include "learning/numerics/readout.h"
#include "solvers/equations/problem_registry.h"
#include "solvers/integrators/butcher_tableau.h"
#include "solvers/integrators/rk_kernel.h"

namespace forerun {
namespace {

/// Counted by hand from the formulas, not measured.
struct Cost {
  double flops = 0.0;
  double bytes = 0.0;

  Cost operator+(const Cost& other) const { return {flops + other.flops, bytes + other.bytes}; }
  Cost operator*(double count) const { return {flops * count, bytes * count}; }
};

struct Kernel {
  std::string name;
  Cost cost;
  double seconds = 0.0;
};

constexpr double kDouble = sizeof(double);

/// A component of a step's linear combinations, u + h Σ_j a_j k_j with z nonzero a_j: 2 z + 1 operations, z + 1 numbers
/// read, one written.
template <class Tableau, std::size_t... Row>
Cost combination_cost(std::index_sequence<Row...>) {
  const double terms = (0.0 + ... + static_cast<double>(rk::count_nonzero<Tableau, Row + 1>()));
  const double rows = static_cast<double>(Tableau::num_stages);
  return {2.0 * terms + rows, (terms + 2.0 * rows) * kDouble};
}

/// A component of a Runge–Kutta step; `rhs` is that of a component of the right-hand side.
template <class Tableau>
Cost step_cost(const Cost& rhs) {
  return rhs * static_cast<double>(Tableau::num_stages) +
         combination_cost<Tableau>(std::make_index_sequence<Tableau::num_stages>());
}

// A component of each right-hand side: its operations, what it reads (once) and writes.
constexpr Cost kBurgersRhs = {8.0, 2.0 * kDouble};
constexpr Cost kDiffusionReactionRhs = {10.0, 2.0 * kDouble};
constexpr Cost kLorenzRhs = {8.0 / 3.0, 0.0};  // three components stay in registers

std::unique_ptr<OdeProblem> problem(const std::string& name, const std::string& key = {}, std::int64_t value = 0) {
  Parameters parameters(find_problem(name).parameters);
  if (!key.empty()) parameters.set(key, value);
  return find_problem(name).make(parameters);
}

Kernel rhs_kernel(const std::string& name, const OdeProblem& problem, const Cost& component) {
  const State state = problem.initial_state();
  State derivative(state.size());
  return {name, component * static_cast<double>(state.size()),
          least_seconds([&] { problem.evaluate(0.0, state, derivative); })};
}

/// Per step, of `count` slices together.
Kernel step_kernel(const std::string& name, const OdeProblem& problem, const std::string& method, double slice_length,
                   const Cost& component, Index count) {
  constexpr Index steps = 100;
  const auto propagator = problem.make_propagator({method, steps});
  const TimeGrid grid(0.0, slice_length * static_cast<double>(count), count);
  const States in = problem.initial_state().replicate(1, count);
  States out = in;
  const double seconds = least_seconds([&] { propagator->propagate_block(grid.slices(0, count), in, out); });
  return {name, component * static_cast<double>(in.size()), seconds / static_cast<double>(steps)};
}

/// Entries in (−1, 1) that repeat in no short pattern.
States scattered(Index rows, Index cols) {
  return States::NullaryExpr(rows, cols, [](Index i, Index j) {
    return std::sin(12.9898 * static_cast<double>(i + 1) + 78.233 * static_cast<double>(j + 1));
  });
}

/// Householder QR of (n + M) × M, its reflections applied to p right-hand sides, and the triangular solves.
Kernel readout_kernel() {
  constexpr Index samples = 1000, neurons = 200, outputs = 128;
  const States features = scattered(neurons, samples);
  const States targets = scattered(outputs, samples);
  constexpr double n = samples + neurons, m = neurons, p = outputs;
  const Cost cost = {2.0 * n * m * m - 2.0 / 3.0 * m * m * m + 4.0 * n * m * p - m * m * p, (n * m + n * p) * kDouble};
  return {"readout, 1000 samples x 200 features x 128 outputs", cost,
          least_seconds([&] { fit_readout(features, targets, 1e-6); })};
}

/// A query among `candidates` states: the square of a difference, summed.
Kernel neighbor_kernel() {
  constexpr Index dimension = 128, num_slices = 128, iterations = 8;
  const RandomFeatures features({State::Constant(dimension, -1.0), State::Constant(dimension, 1.0)},
                                draw_layer({.neurons = 1}, dimension));
  Harvest harvest(dimension);
  const States states = scattered(dimension, num_slices * iterations);
  std::vector<Index> slices, rounds;
  for (Index sample = 0; sample < states.cols(); ++sample) {
    slices.push_back(sample % num_slices);
    rounds.push_back(sample / num_slices + 1);
  }
  harvest.append(states, states, slices, rounds);
  const auto executor = make_serial_executor();
  NearestNeighbors neighbors(features, 2);
  neighbors.update(harvest, *executor);
  State coordinates(dimension);
  features.coordinates(states.col(0), coordinates);
  std::array<Index, 4> nearest{};
  constexpr double candidates = static_cast<double>(NearestNeighbors::kSearchBudget) / static_cast<double>(dimension);
  const double numbers = candidates * static_cast<double>(dimension);
  return {"neighbour search, 512 candidates, d = 128", {3.0 * numbers, numbers * kDouble}, least_seconds([&] {
            neighbors.find(num_slices / 2, states.col(0), coordinates, nearest);
          })};
}

std::vector<Kernel> time_kernels() {
  const auto burgers = problem("burgers", "points", 128);
  const auto reaction = problem("diffusion_reaction", "cells", 28);
  const auto lorenz = problem("lorenz");
  const Cost lorenz_step = step_cost<Rk4>(kLorenzRhs);
  const Cost in_registers = {lorenz_step.flops, 0.0};
  return {rhs_kernel("Burgers right-hand side, d = 128", *burgers, kBurgersRhs),
          rhs_kernel("diffusion-reaction right-hand side, d = 1568", *reaction, kDiffusionReactionRhs),
          step_kernel("Burgers RK8 step, d = 128", *burgers, "rk8", 0.04, step_cost<Rk8>(kBurgersRhs), 1),
          step_kernel("diffusion-reaction RK4 step, d = 1568", *reaction, "rk4", 0.1,
                      step_cost<Rk4>(kDiffusionReactionRhs), 1),
          step_kernel("Lorenz RK4 step, one slice", *lorenz, "rk4", 0.1, in_registers, 1),
          step_kernel("Lorenz RK4 step, 16 slices in lanes", *lorenz, "rk4", 0.1, in_registers, num_lanes<Lanes>),
          readout_kernel(),
          neighbor_kernel()};
}

/// Seconds a slice and iteration that solve_parareal takes beyond the propagators' own calls.
double engine_overhead() {
  constexpr Index num_slices = 256, iterations = 16;
  const TimeGrid grid(0.0, 1.0, num_slices);
  const auto scale = [](double factor) {
    return FunctionPropagator(1,
                              [factor](const Slice&, const StateView& in, StateOut out) { out[0] = factor * in[0]; });
  };
  const FunctionPropagator coarse = scale(0.999), fine = scale(0.9991);
  const auto executor = make_serial_executor();
  const State initial = State::Ones(1);
  States states = States::Ones(1, num_slices + 1);
  const PararealOptions options{.tolerance = 0.0, .max_iterations = iterations};
  const double engine = least_seconds([&] { solve_parareal({grid, initial, coarse, fine}, options, *executor); });
  const auto sweep = [&](const Propagator& propagator, Index first) {
    for (Index n = first; n < num_slices; ++n) propagator.propagate(grid.slice(n), states.col(n), states.col(n + 1));
  };
  const double calls = least_seconds([&] {
    sweep(coarse, 0);
    for (Index k = 0; k < iterations; ++k) {
      sweep(fine, k);
      sweep(coarse, k + 1);
    }
  });
  return (engine - calls) / static_cast<double>(iterations * num_slices - iterations * (iterations - 1) / 2);
}

void add_kernel(const Kernel& kernel, const CoreLimits& limits, BenchReport& report) {
  constexpr double giga = 1e9;
  const double limit =
      std::max(kernel.cost.flops / limits.flops_per_second, kernel.cost.bytes / limits.bytes_per_second);
  report.summary.push_back({kernel.name, format_duration(kernel.seconds),
                            format_number(kernel.cost.flops / kernel.seconds / giga),
                            format_number(kernel.cost.bytes / kernel.seconds / giga), format_duration(limit),
                            format_number(100.0 * limit / kernel.seconds) + " %"});
  report.measurements.push_back(
      {kernel.name, kernel.seconds, kernel.cost.flops, kernel.cost.bytes, limit, limit / kernel.seconds});
}

}  // namespace

BenchReport bench_kernels() {
  constexpr double engine_goal = 50e-9;
  constexpr double giga = 1e9;
  BenchReport report;
  report.name = "kernels";
  report.warnings = load_warnings();
  const CoreLimits limits = probe_core();
  report.heading = "One thread of " + machine_text() +
                   "; probed limits: " + format_number(limits.flops_per_second / giga) + " Gflop/s, " +
                   format_number(limits.bytes_per_second / giga) + " GB/s in the nearest cache";
  report.summary_columns = {"kernel", "time", "Gflop/s", "GB/s", "limit", "of the limit"};
  report.columns = {"kernel", "seconds", "flops", "bytes", "limit_seconds", "share_of_limit"};
  for (const Kernel& kernel : time_kernels()) add_kernel(kernel, limits, report);
  const double overhead = engine_overhead();
  report.summary.push_back({"engine, a slice and iteration", format_duration(overhead), "-", "-",
                            format_duration(engine_goal), format_number(100.0 * engine_goal / overhead) + " %"});
  report.measurements.push_back({"engine", overhead, std::nan(""), std::nan(""), engine_goal, engine_goal / overhead});
  if (overhead > engine_goal) {
    report.missed.push_back("engine overhead a slice and iteration: " + format_duration(overhead) + ", the goal is ≤ " +
                            format_duration(engine_goal));
  }
  report.legend = {
      "Operations and bytes are counted from the formulas, per call or step; limit: the greater of operations "
      "÷ peak and bytes ÷ bandwidth.",
      "Engine: beyond the propagators' own calls; its limit is a goal."};
  return report;
}

}  // namespace forerun
