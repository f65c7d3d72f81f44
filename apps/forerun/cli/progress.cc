#include "apps/forerun/cli/progress.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <utility>

#include "apps/forerun/cli/colour.h"
#include "apps/forerun/cli/remaining_time.h"
#include "apps/forerun/cli/text_table.h"

namespace forerun {
namespace {

constexpr std::chrono::milliseconds redraw_interval{100};
constexpr const char* clear_line = "\r\x1b[K";

std::string bar(double share, int width) {
  const int filled = std::clamp(static_cast<int>(share * width), 0, width);
  return "[" + std::string(static_cast<std::size_t>(filled), '#') +
         std::string(static_cast<std::size_t>(width - filled), '.') + "]";
}

/// The level of a message, in its colour.
class ColouredLevel final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm& /*time*/, spdlog::memory_buf_t& out) override {
    const auto name = spdlog::level::to_string_view(message.level);
    const Colour colour = message.level >= spdlog::level::err    ? Colour::red
                          : message.level == spdlog::level::warn ? Colour::yellow
                                                                 : Colour::none;
    const std::string text = coloured(std::string(name.data(), name.size()), colour);
    out.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<ColouredLevel>(); }
};

spdlog::sink_ptr console_sink(const Console& console, bool quiet) {
  auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(console.err, true);
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  if (console.err_has_colours) formatter->add_flag<ColouredLevel>('*');
  formatter->set_pattern(console.err_has_colours ? "%H:%M:%S %*: %v" : "%H:%M:%S %l: %v");
  sink->set_formatter(std::move(formatter));
  sink->set_level(quiet ? spdlog::level::warn : spdlog::level::info);
  return sink;
}

spdlog::sink_ptr log_sink(std::ostream& log) {
  auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(log, true);
  sink->set_pattern("%Y-%m-%d %H:%M:%S %v");
  return sink;
}

}  // namespace

std::vector<OptionSpec> with_progress_options(std::vector<OptionSpec> options) {
  options.push_back({"quiet", "", "no progress on standard error; warnings and errors remain"});
  options.push_back({"verbose", "", "a line an iteration on standard error, on a terminal as well", false, 'v'});
  options.push_back({"log", "FILE", "append what is said, and a line an iteration, to this file"});
  return options;
}

std::shared_ptr<spdlog::logger> make_logger(const Console& console, bool quiet) {
  std::vector<spdlog::sink_ptr> sinks = {console_sink(console, quiet)};
  if (console.log != nullptr) sinks.push_back(log_sink(*console.log));
  auto logger = std::make_shared<spdlog::logger>("forerun", sinks.begin(), sinks.end());
  // Iterations of a bar are for the log alone, which takes what is below the console's level.
  logger->set_level(console.log != nullptr ? spdlog::level::debug : quiet ? spdlog::level::warn : spdlog::level::info);
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
  share_done_ = 0.0;
}

void Progress::on_start(Index num_slices, const States& /*boundaries*/) {
  num_slices_ = num_slices;
  if (draws_bar()) draw(0.0, "");
}

void Progress::on_iteration(const IterationRecord& iteration, const States& /*boundaries*/) {
  const std::lock_guard lock(mutex_);
  iterations_.push_back(iteration);
  if (!draws_bar()) {
    logger_.info("{}", status());
    return;
  }
  if (console_.verbose) console_.err << clear_line << std::flush;
  logger_.log(console_.verbose ? spdlog::level::info : spdlog::level::debug, "{}", status());
  draw(0.0, "");
}

void Progress::on_fine_progress(Index /*iteration*/, Index done, Index total) {
  if (!draws_bar()) return;
  // A slice that finishes while another draws is not worth waiting for.
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock || std::chrono::steady_clock::now() - last_drawn_ < redraw_interval) return;
  draw(total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0.0,
       "  fine " + std::to_string(done) + "/" + std::to_string(total));
}

/// Of the time that the run will take, by what it has taken and what is expected; of its slices where that says more.
double Progress::share_done(double share_of_sweep) {
  if (iterations_.empty()) return share_done_;
  double finished = 0.0;
  for (const IterationRecord& iteration : iterations_) finished += iteration.seconds.total;
  const auto left = remaining_time(iterations_, num_slices_, options_.iteration_limit, options_.tolerance);
  const double all = finished + (left ? left->seconds : 0.0);
  const double passed = std::min(finished + share_of_sweep * iterations_.back().seconds.total, all);
  const double by_time = all > 0.0 ? passed / all : 0.0;
  const double by_slices =
      num_slices_ > 0 ? static_cast<double>(iterations_.back().converged_front) / static_cast<double>(num_slices_)
                      : 0.0;
  share_done_ = std::max({share_done_, by_time, by_slices});
  return share_done_;
}

/// "about 6.00 s left"; empty where nothing is known or nothing is left.
std::string Progress::time_left() const {
  const auto left = remaining_time(iterations_, num_slices_, options_.iteration_limit, options_.tolerance);
  if (!left || iterations_.back().converged_front >= num_slices_) return "";
  return (left->is_upper_bound ? "at most " : "about ") + format_duration(left->seconds) + " left";
}

std::string Progress::status() const {
  if (iterations_.empty()) return options_.label + window_ + "  initial sweep done";
  const IterationRecord& last = iterations_.back();
  const std::string left = time_left();
  return options_.label + window_ + "  iteration " + std::to_string(last.iteration) + "  exact " +
         std::to_string(last.exact_front) + "/" + std::to_string(num_slices_) + "  increment " +
         format_scientific(last.increment) + (left.empty() ? "" : "  " + left);
}

/// For narrow terminals: what matters most of the bar, the iteration, the time left, the increment and the label, as
/// far as it fits.
std::string Progress::short_status(double share, std::size_t columns) const {
  constexpr int narrow_bar = 8;
  std::vector<std::string> parts = {bar(share, narrow_bar), "", "", "", ""};
  std::size_t used = display_width(parts[0]);
  const auto add = [&](std::size_t place, const std::string& text) {
    if (text.empty() || used + 1 + display_width(text) > columns) return;
    parts[place] = text;
    used += 1 + display_width(text);
  };
  if (!iterations_.empty()) {
    add(2, "K " + std::to_string(iterations_.back().iteration));
    add(4, time_left());
    add(3, format_scientific(iterations_.back().increment));
  }
  add(1, options_.label);
  std::string line;
  for (const std::string& part : parts) {
    if (!part.empty()) line += (line.empty() ? "" : " ") + part;
  }
  return display_width(line) <= columns ? line : "";
}

void Progress::draw(double share_of_sweep, const std::string& detail) {
  constexpr int usual_bar = 16;
  const std::size_t columns = std::max<std::size_t>(console_.err_columns, 1) - 1;
  const double share = share_done(share_of_sweep);
  std::string line = bar(share, usual_bar) + " " + status();
  if (display_width(line + detail) <= columns) line += detail;
  if (display_width(line) > columns) line = short_status(share, columns);
  console_.err << clear_line << line << std::flush;
  last_drawn_ = std::chrono::steady_clock::now();
}

}  // namespace forerun
