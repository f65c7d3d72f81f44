#pragma once

#include <initializer_list>
#include <vector>

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
  /// After each iteration; column n of `boundaries` is U[n] (of a run that processes share: from this one's first on).
  virtual void on_iteration(const IterationRecord& /*iteration*/, const States& /*boundaries*/) {}
  /// The boundaries shown last are about to change or to go; until then another thread may read them.
  virtual void on_boundaries_outdated() {}
  /// During a fine sweep, from any thread, at most once a slice: `done` of `total` slices have been propagated.
  virtual void on_fine_progress(Index /*iteration*/, Index /*done*/, Index /*total*/) {}
};

/// Tells several what it is told, in their order; null pointers are left out. They outlive it.
class IterationObservers final : public IterationObserver {
 public:
  IterationObservers(std::initializer_list<IterationObserver*> observers) {
    for (IterationObserver* observer : observers) {
      if (observer != nullptr) observers_.push_back(observer);
    }
  }

  void on_start(Index num_slices, const States& boundaries) override {
    for (IterationObserver* observer : observers_) observer->on_start(num_slices, boundaries);
  }
  void on_iteration(const IterationRecord& iteration, const States& boundaries) override {
    for (IterationObserver* observer : observers_) observer->on_iteration(iteration, boundaries);
  }
  void on_window(Index window, Index num_windows) override {
    for (IterationObserver* observer : observers_) observer->on_window(window, num_windows);
  }
  void on_boundaries_outdated() override {
    for (IterationObserver* observer : observers_) observer->on_boundaries_outdated();
  }
  void on_fine_progress(Index iteration, Index done, Index total) override {
    for (IterationObserver* observer : observers_) observer->on_fine_progress(iteration, done, total);
  }

 private:
  std::vector<IterationObserver*> observers_;
};

}  // namespace forerun
