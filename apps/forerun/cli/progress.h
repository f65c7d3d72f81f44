#pragma once

#include <spdlog/logger.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "apps/forerun/cli/console.h"
#include "apps/forerun/cli/options.h"
#include "core/record/iteration_observer.h"

namespace forerun {

/// The options and, behind them, --quiet, --verbose and --log: what is said about how work goes, and where. What they
/// ask for reaches commands by their console.
std::vector<OptionSpec> with_progress_options(std::vector<OptionSpec> options);

/// A logger of its own on `console.err`, quiet leaves warnings and errors there, and on `console.log`.
std::shared_ptr<spdlog::logger> make_logger(const Console& console, bool quiet);

/// Tells on `console.err` how a run goes: on a terminal a bar that rewrites its line, else, and where the console is
/// verbose, one line an iteration. A log has a line an iteration, always.
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
  double share_done(double share_of_sweep);
  std::string time_left() const;
  std::string status() const;
  std::string short_status(double share, std::size_t columns) const;
  void draw(double share_of_sweep, const std::string& detail);

  Console console_;
  spdlog::logger& logger_;
  Options options_;
  Index num_slices_ = 0;
  std::string window_;  ///< "  window 2/9", where there are several
  std::vector<IterationRecord> iterations_;
  double share_done_ = 0.0;  ///< that the bar shows; it never goes back
  std::mutex mutex_;
  std::chrono::steady_clock::time_point last_drawn_;
};

}  // namespace forerun
