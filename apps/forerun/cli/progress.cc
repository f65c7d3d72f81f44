#include "apps/forerun/cli/progress.h"

#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <utility>

#include "apps/forerun/cli/remaining_time.h"
#include "apps/forerun/cli/text_table.h"

namespace forerun {
namespace {

constexpr std::chrono::milliseconds redraw_interval{100};
constexpr const char* clear_line = "\r\x1b[K";

std::string bar(Index done, Index total) {
  constexpr Index width = 16;
  const Index filled = total > 0 ? width * done / total : 0;
  return "[" + std::string(static_cast<std::size_t>(filled), '#') +
         std::string(static_cast<std::size_t>(width - filled), '.') + "]";
}

}  // namespace

std::shared_ptr<spdlog::logger> make_logger(const Console& console, bool quiet) {
  auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(console.err, true);
  auto logger = std::make_shared<spdlog::logger>("forerun", std::move(sink));
  logger->set_pattern("%H:%M:%S %l: %v");
  logger->set_level(quiet ? spdlog::level::warn : spdlog::level::info);
  return logger;
}

Progress::Progress(const Console& console, spdlog::logger& logger, Options options)
    : console_(console), logger_(logger), options_(std::move(options)) {}

Progress::~Progress() {
  if (draws_bar()) console_.err << clear_line << std::flush;
}

void Progress::on_window(Index window, Index num_windows) {
  const std::lock_guard lock(mutex_);
  window_ = "  window " + std::to_string(window) + "/" + std::to_string(num_windows);
  iterations_.clear();
}

void Progress::on_start(Index num_slices, const States& /*boundaries*/) {
  num_slices_ = num_slices;
  if (draws_bar()) draw("");
}

void Progress::on_iteration(const IterationRecord& iteration, const States& /*boundaries*/) {
  const std::lock_guard lock(mutex_);
  iterations_.push_back(iteration);
  if (draws_bar()) {
    draw("");
  } else if (!options_.quiet) {
    logger_.info("{}", status());
  }
}

void Progress::on_fine_progress(Index /*iteration*/, Index done, Index total) {
  if (!draws_bar()) return;
  // A slice that finishes while another draws is not worth waiting for.
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock || std::chrono::steady_clock::now() - last_drawn_ < redraw_interval) return;
  draw("  fine " + std::to_string(done) + "/" + std::to_string(total));
}

std::string Progress::status() const {
  if (iterations_.empty()) return options_.label + window_ + "  initial sweep done";
  const IterationRecord& last = iterations_.back();
  std::string text = options_.label + window_ + "  iteration " + std::to_string(last.iteration) + "  exact " +
                     std::to_string(last.exact_front) + "/" + std::to_string(num_slices_) + "  increment " +
                     format_scientific(last.increment);
  const auto left = remaining_time(iterations_, num_slices_, options_.iteration_limit, options_.tolerance);
  if (left && last.converged_front < num_slices_) {
    text += (left->is_upper_bound ? "  at most " : "  about ") + format_duration(left->seconds) + " left";
  }
  return text;
}

void Progress::draw(const std::string& detail) {
  const Index done = iterations_.empty() ? 0 : iterations_.back().converged_front;
  std::string line = bar(done, num_slices_) + " " + status() + detail;
  line.resize(std::min(line.size(), console_.err_columns - 1));
  console_.err << clear_line << line << std::flush;
  last_drawn_ = std::chrono::steady_clock::now();
}

}  // namespace forerun
