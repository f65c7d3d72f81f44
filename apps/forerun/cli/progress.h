#pragma once

#include <spdlog/logger.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "apps/forerun/cli/console.h"
#include "core/record/iteration_observer.h"

namespace forerun {

/// A logger of its own on `console.err`; quiet leaves warnings and errors.
std::shared_ptr<spdlog::logger> make_logger(const Console& console, bool quiet);

/// Tells on `console.err` how a run goes: on a terminal a bar that rewrites its line, else one line an iteration.
/// Thread-safety: as `IterationObserver` asks; `on_fine_progress` may come from any thread.
class Progress final : public IterationObserver {
 public:
  struct Options {
    std::string label;  ///< what is running, e.g. the corrector
    Index iteration_limit = 0;
    double tolerance = 0.0;
    bool quiet = false;
  };

  Progress(const Console& console, spdlog::logger& logger, Options options);
  /// Leaves a clean line behind.
  ~Progress() override;

  void on_window(Index window, Index num_windows) override;
  void on_start(Index num_slices, const States& boundaries) override;
  void on_iteration(const IterationRecord& iteration, const States& boundaries) override;
  void on_fine_progress(Index iteration, Index done, Index total) override;

 private:
  bool draws_bar() const { return console_.err_is_terminal && !options_.quiet; }
  std::string status() const;
  void draw(const std::string& detail);

  Console console_;
  spdlog::logger& logger_;
  Options options_;
  Index num_slices_ = 0;
  std::string window_;  ///< "  window 2/9", where there are several
  std::vector<IterationRecord> iterations_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point last_drawn_;
};

}  // namespace forerun
