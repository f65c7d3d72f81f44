// How fast right-hand sides of equations on a square or in a cube are beside a plain copy of their states: points a
// second of each, and their ratio. The goal is a third: a stencil that is computed well reads a state once and writes
// another, as a copy does, and has a few operations a number besides.
//
//   build/release/apps/benchmarks/stencil_benchmark

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "solvers/equations/problem_registry.h"
#include "solvers/integrators/workspace.h"

namespace forerun {
namespace {

/// Seconds of a call: the least of many rounds of about 2 ms, over half a second.
template <typename Call>
double least_seconds(const Call& call) {
  using Clock = std::chrono::steady_clock;
  constexpr double round_seconds = 2e-3, all_seconds = 0.5;
  const auto seconds_of = [&](Index count) {
    const auto begin = Clock::now();
    for (Index i = 0; i < count; ++i) call();
    return std::chrono::duration<double>(Clock::now() - begin).count();
  };
  const double once = std::max(std::min(seconds_of(1), seconds_of(1)), 1e-8);
  const Index count = std::max<Index>(1, static_cast<Index>(round_seconds / once));
  double least = once, total = 0.0;
  while (total < all_seconds) {
    const double seconds = seconds_of(count);
    total += seconds;
    least = std::min(least, seconds / static_cast<double>(count));
  }
  return least;
}

struct Case {
  const char* problem;
  std::vector<const char*> keys;    ///< points along each axis
  std::vector<std::int64_t> sizes;  ///< small enough for the nearest caches, then too large for all
};

void measure(const Case& what, std::int64_t size) {
  const ProblemEntry& entry = find_problem(what.problem);
  Parameters parameters(entry.parameters);
  for (const char* key : what.keys) parameters.set(key, size);
  const auto problem = entry.make(parameters);
  // Memory as integrators have it: on a 16-byte boundary the wider registers would take up to twice as long.
  constexpr Index doubles_per_line = 8;
  const Index d = problem->dimension(), padded = (d + doubles_per_line - 1) / doubles_per_line * doubles_per_line;
  double* const memory = thread_workspace(2 * padded);
  Eigen::Map<State> state(memory, d), derivative(memory + padded, d);
  state = problem->initial_state();
  const double seconds = least_seconds([&] { problem->evaluate(0.0, state, derivative); });
  const double copying = least_seconds([&] {
    std::memcpy(derivative.data(), state.data(), sizeof(double) * static_cast<std::size_t>(state.size()));
    asm volatile("" : : "r"(derivative.data()) : "memory");  // NOLINT: a copy that nobody reads would be left out
  });
  const auto fields = static_cast<Index>(problem->layout().fields.size());
  const double points = static_cast<double>(state.size() / fields);
  std::printf("%-20s %9lld %8.0f kB %10.0f M/s %10.0f M/s %8.2f\n", what.problem, static_cast<long long>(points),
              static_cast<double>(state.size()) * 8e-3, points / seconds * 1e-6, points / copying * 1e-6,
              copying / seconds);
}

}  // namespace
}  // namespace forerun

int main() {
  using forerun::Case;
  const Case cases[] = {
      {"heat_2d", {"points"}, {63, 255, 2047}},           {"allen_cahn_2d", {"cells"}, {64, 256, 2048}},
      {"diffusion_reaction", {"cells"}, {32, 128, 1024}}, {"brusselator_2d", {"cells"}, {32, 128, 1024}},
      {"brusselator_3d", {"cells"}, {12, 32, 128}},       {"shallow_water", {"points_x", "points_y"}, {32, 128, 1024}},
      {"interchange", {"cells"}, {32, 128, 1024}},
  };
  std::printf("%-20s %9s %11s %14s %14s %8s\n", "right-hand side", "points", "state", "points", "copied", "ratio");
  for (const Case& what : cases) {
    for (const std::int64_t size : what.sizes) forerun::measure(what, size);
  }
}
