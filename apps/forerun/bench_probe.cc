#include "apps/forerun/bench_probe.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "core/state.h"
#include "core/stopwatch.h"
#include "solvers/lanes.h"
#include "solvers/multiversion.h"

namespace forerun {
namespace {

constexpr Index kChains = 12;  // of dependent operations: enough to hide their latency
constexpr Index kSteps = 20000;
constexpr Index kNumbers = 1024;  // read and as many written: 16 kB

/// x ← x · factor + term in independent chains.
FORERUN_MULTIVERSION void multiply_and_add(double factor, double term, double* out) {
  alignas(sizeof(Lanes)) std::array<Lanes, kChains> chains;
  for (Index i = 0; i < kChains; ++i) chains[static_cast<std::size_t>(i)] = broadcast<Lanes>(out[i]);
  for (Index step = 0; step < kSteps; ++step) {
    for (Lanes& chain : chains) chain = chain * factor + term;
  }
  for (Index i = 0; i < kChains; ++i) {
    for (Index lane = 0; lane < num_lanes; ++lane) out[i] += chains[static_cast<std::size_t>(i)][lane];
  }
}

FORERUN_MULTIVERSION void scale(double factor, const double* in, double* out) {
  FORERUN_INDEPENDENT_ITERATIONS
  for (Index i = 0; i < kNumbers; ++i) out[i] = factor * in[i];
}

}  // namespace

CoreLimits probe_core() {
  std::vector<double> sums(static_cast<std::size_t>(kChains));
  const double arithmetic = least_seconds([&] {
    std::fill(sums.begin(), sums.end(), 1.0);
    multiply_and_add(0.5, 0.5, sums.data());
  });
  const std::vector<double> in(static_cast<std::size_t>(kNumbers), 1.0);
  std::vector<double> out(in.size());
  const double traffic = least_seconds([&] { scale(2.0, in.data(), out.data()); });
  return {2.0 * static_cast<double>(kChains * num_lanes * kSteps) / arithmetic,
          2.0 * static_cast<double>(sizeof(double)) * static_cast<double>(kNumbers) / traffic};
}

double least_seconds(const std::function<void()>& work) {
  constexpr double batch_seconds = 2e-3;
  constexpr int num_batches = 15;
  work();  // caches, workspaces
  Index count = 1;
  const auto batch = [&] {
    const Stopwatch watch;
    for (Index i = 0; i < count; ++i) work();
    return watch.seconds();
  };
  while (batch() < batch_seconds) count *= 2;
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < num_batches; ++i) least = std::min(least, batch());
  return least / static_cast<double>(count);
}

}  // namespace forerun
