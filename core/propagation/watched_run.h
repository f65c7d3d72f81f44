#pragma once

#include <stop_token>

#include "core/propagation/slice_watchdog.h"

namespace forerun {

/// run(token, watchdog) with the token that a run is to look at and what watches its fine solves: where no limit is set
/// the caller's and nullptr; else a token of the run's own, which the caller's or the watchdog requests.
template <typename Run>
auto run_watched(const std::stop_token& stop, const SliceLimit& limit, const Run& run) {
  if (!limit.is_set()) return run(stop, static_cast<SliceWatchdog*>(nullptr));
  std::stop_source own;
  const std::stop_callback link(stop, [&] { own.request_stop(); });
  SliceWatchdog watchdog(limit, own);
  return run(own.get_token(), &watchdog);
}

}  // namespace forerun
