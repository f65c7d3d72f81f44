#include "apps/forerun/bench/bench_probe.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "core/base/multiversion.h"
#include "core/base/state.h"
#include "core/base/stop_scope.h"
#include "core/base/stopwatch.h"
#include "solvers/simd/lanes.h"

namespace forerun {
namespace {

constexpr std::size_t kChains = 6;  // of each kind of operation: enough to hide their latency, few enough for registers
constexpr Index kSteps = 20000;
constexpr Index kNumbers = 1024;  // read and as many written: 16 kB

/// x ← x · factor and y ← y + term in independent chains, as many multiplications as additions.
FORERUN_MULTIVERSION void multiply_and_add(double factor, double term, double* out) {
  std::array<Quad, kChains> products, sums;
  for (std::size_t i = 0; i < kChains; ++i) products[i] = sums[i] = out[i] - Quad{};
  for (Index step = 0; step < kSteps; ++step) {
    for (Quad& product : products) product *= factor;
    for (Quad& sum : sums) sum += term;
  }
  for (std::size_t i = 0; i < kChains; ++i) {
    for (Index j = 0; j < num_lanes<Quad>; ++j) out[i] += products[i][j] + sums[i][j];
  }
}

FORERUN_MULTIVERSION void scale(double factor, const double* in, double* out) {
  FORERUN_INDEPENDENT_ITERATIONS
  for (Index i = 0; i < kNumbers; ++i) out[i] = factor * in[i];
}

}  // namespace

CoreLimits probe_core() {
  std::vector<double> sums(kChains);
  const double arithmetic = least_seconds([&] {
    std::fill(sums.begin(), sums.end(), 1.0);
    multiply_and_add(1.0 - 1e-9, 1e-9, sums.data());
  });
  const std::vector<double> in(static_cast<std::size_t>(kNumbers), 1.0);
  std::vector<double> out(in.size());
  const double traffic = least_seconds([&] { scale(2.0, in.data(), out.data()); });
  return {2.0 * static_cast<double>(kChains) * static_cast<double>(num_lanes<Quad> * kSteps) / arithmetic,
          2.0 * static_cast<double>(sizeof(double)) * static_cast<double>(kNumbers) / traffic};
}

double least_seconds(const std::function<void()>& work) {
  constexpr double batch_seconds = 2e-3;
  constexpr int num_batches = 15;
  work();  // caches, workspaces
  Index count = 1;
  const auto batch = [&] {
    StopScope::throw_if_stop_requested();
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
