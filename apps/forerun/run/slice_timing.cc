#include "apps/forerun/run/slice_timing.h"

#include <functional>
#include <utility>
#include <vector>

#include "apps/forerun/precision/median.h"
#include "core/base/errors.h"
#include "core/base/stopwatch.h"

namespace forerun {
namespace {

/// Until it gives up, for a solver that cannot cross its slice.
double median_seconds(const std::function<void()>& cross) {
  const auto work = [&] {
    try {
      cross();
    } catch (const PropagationError&) {
    }
  };
  constexpr double enough_seconds = 5e-3;
  constexpr std::size_t fewest_repeats = 3;
  constexpr double long_seconds = 0.1;
  work();  // caches and workspaces
  std::vector<double> seconds;
  const Stopwatch all;
  do {
    const Stopwatch watch;
    work();
    seconds.push_back(watch.seconds());
  } while (all.seconds() < enough_seconds || (seconds.size() < fewest_repeats && seconds.back() < long_seconds));
  return median(std::move(seconds));
}

}  // namespace

double seconds_alone(const Propagator& propagator, const Slice& slice, const State& state) {
  State out(state.size());
  return median_seconds([&] { propagator.propagate(slice, state, out); });
}

double seconds_in_lanes(const Propagator& propagator, const Slice& slice, const State& state) {
  const Index count = propagator.block_size();
  const std::vector<Slice> slices(static_cast<std::size_t>(count), slice);
  const States in = state.replicate(1, count);
  States out(in.rows(), in.cols());
  return median_seconds([&] { propagator.propagate_block(slices, in, out); }) / static_cast<double>(count);
}

}  // namespace forerun
