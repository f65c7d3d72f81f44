#pragma once

#include "core/base/state.h"
#include "core/record/run_record.h"

namespace forerun {

/// Sees a run from outside (progress, logs, checkpoints); cannot change it. Called on the thread that runs the loop.
class IterationObserver {
 public:
  virtual ~IterationObserver() = default;

  /// Where a run goes from window to window, of which `window` begins: what follows is said of it, its slices counted
  /// from its first.
  virtual void on_window(Index /*window*/, Index /*num_windows*/) {}
  /// After the initial coarse sweep.
  virtual void on_start(Index /*num_slices*/, const States& /*boundaries*/) {}
  /// After each iteration; column n of `boundaries` is U[n].
  virtual void on_iteration(const IterationRecord& /*iteration*/, const States& /*boundaries*/) {}
  /// During a fine sweep, from any thread, at most once a slice: `done` of `total` slices have been propagated.
  virtual void on_fine_progress(Index /*iteration*/, Index /*done*/, Index /*total*/) {}
};

}  // namespace forerun
