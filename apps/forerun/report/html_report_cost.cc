#include <algorithm>
#include <cmath>
#include <limits>

#include "apps/forerun/charts/svg_bars.h"
#include "apps/forerun/charts/svg_measures.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/report/html_report.h"
#include "apps/forerun/report/html_report_colours.h"

namespace forerun {
namespace {

using Cell = HtmlPage::Cell;

std::string text_or_dash(const std::optional<double>& value, std::string (*format)(double)) {
  return value ? format(*value) : "–";
}

Cell status_cell(const ReportedRun& run) {
  return run.converged ? Cell{"converged", "good"} : Cell{"not converged: " + run.termination, "bad"};
}

/// "305 ms – 344 ms"; "–" for what was timed once.
std::string spread_text(const ReportedRun& run) {
  if (!run.least_seconds || !run.most_seconds) return "–";
  return format_duration(*run.least_seconds) + " to " + format_duration(*run.most_seconds);
}

void add_result_table(HtmlPage& page, const ReportedComparison& comparison) {
  const std::string processors = std::to_string(comparison.experiment.window_slices());
  const std::vector<Cell> heading = {{"corrector"},
                                     {"iterations", "number"},
                                     {"effective sweeps", "number"},
                                     {"max error", "number"},
                                     {"time", "number"},
                                     {"of repetitions", "number"},
                                     {"speed-up, measured", "number"},
                                     {"speed-up, modelled on " + processors, "number"},
                                     {"status"},
                                     {"stability"}};
  std::vector<std::vector<Cell>> rows;
  for (const ReportedRun& run : comparison.runs) {
    rows.push_back({{run.corrector},
                    {std::to_string(run.num_iterations()), "number"},
                    {format_number(run.effective_sweeps), "number"},
                    {text_or_dash(run.max_error, format_scientific), "number"},
                    {format_duration(run.seconds.total), "number"},
                    {spread_text(run), "number"},
                    {text_or_dash(run.measured_speedup, format_factor), "number"},
                    {text_or_dash(run.modelled_speedup, format_factor), "number"},
                    status_cell(run),
                    stability_cell(run)});
  }
  page.table(heading, rows);
  page.paragraph(
      "Effective sweeps: fine work in full fine passes. Time: the median of the repetitions, where there were any. "
      "Measured: over the serial fine solution on this machine with this run's threads. Modelled, not measured: one "
      "processor a slice, " +
          processors + " of them, from this run's own times.",
      "soft");
}

/// The largest factor by which an increment exceeds the smallest before it, within a window.
double growth(const ReportedRun& run) {
  double largest = 1.0, smallest = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < run.increments.size(); ++k) {
    if (k > 0 && run.window[k] != run.window[k - 1]) smallest = std::numeric_limits<double>::infinity();
    const double increment = run.increments[k];
    if (!std::isfinite(increment) || !(increment > 0.0)) continue;
    if (std::isfinite(smallest)) largest = std::max(largest, increment / smallest);
    smallest = std::min(smallest, increment);
  }
  return largest;
}

double total_of(const std::vector<double>& series) {
  double sum = 0.0;
  for (const double value : series) sum += std::isfinite(value) ? value : 0.0;
  return sum;
}

StackedBars::Bar bar_of(const std::string& name, const PhaseSeconds& seconds, double unit) {
  const double known = seconds.fine + seconds.coarse + seconds.fit + seconds.predict;
  return {name,
          {seconds.fine * unit, seconds.coarse * unit, seconds.fit * unit, seconds.predict * unit,
           std::max(0.0, seconds.total - known) * unit},
          format_duration(seconds.total),
          {}};
}

void add_time_chart(HtmlPage& page, const ReportedComparison& comparison) {
  double longest = comparison.serial_fine_seconds.value_or(0.0);
  for (const ReportedRun& run : comparison.runs) longest = std::max(longest, run.seconds.total);
  const bool in_seconds = longest >= 1.0;
  const double unit = in_seconds ? 1.0 : 1e3;
  StackedBars chart{"Time split",
                    "Wall-clock time of each run, split into fine solver, coarse solver, fitting and prediction",
                    in_seconds ? "seconds, wall clock" : "milliseconds, wall clock",
                    {{"fine", 1, ""},
                     {"coarse", 2, "shade3"},
                     {"fit", 3, "shade2"},
                     {"predict", 4, "shade1"},
                     {"other", 8, "shade0"}},
                    {}};
  if (comparison.serial_fine_seconds) {
    PhaseSeconds serial;
    serial.total = serial.fine = *comparison.serial_fine_seconds;
    chart.bars.push_back(bar_of("serial fine", serial, unit));
    chart.bars.back().style = "ink";
  }
  for (const ReportedRun& run : comparison.runs) {
    chart.bars.push_back(bar_of(run.corrector, run.seconds, unit));
    chart.bars.back().style = "c" + std::to_string(colour_of(run.corrector));
  }
  page.begin_figures();
  page.figure(stacked_bars_svg(chart), "Where the time went",
              "Measured on this machine with " + std::to_string(comparison.num_threads) +
                  (comparison.num_threads == 1 ? " thread" : " threads") +
                  ". Fine solves run in parallel over slices, the coarse sweep does not.",
              true);
  page.end_figures();
}

}  // namespace

HtmlPage::Cell stability_cell(const ReportedRun& run) {
  constexpr double kSteady = 10.0;
  std::string flags;
  const auto flag = [&](const std::string& text) { flags += (flags.empty() ? "" : "; ") + text; };
  if (const double factor = growth(run); factor > kSteady) flag("increments grew " + format_number(factor) + "-fold");
  if (const double refused = total_of(run.fallbacks); refused > 0.0)
    flag(std::to_string(static_cast<Index>(refused)) + " predictions refused");
  if (const double failed = total_of(run.uncrossed); failed > 0.0)
    flag(std::to_string(static_cast<Index>(failed)) + " fine solves failed");
  const bool unstable = std::any_of(run.warnings.begin(), run.warnings.end(), [](const std::string& warning) {
    return warning.find("unstable") != std::string::npos;
  });
  if (unstable) flag("coarse solver unstable");
  return flags.empty() ? HtmlPage::Cell{"steady", "good"} : HtmlPage::Cell{flags, "bad"};
}

std::string measures_svg(const std::vector<MeasuredRun>& runs, std::optional<double> serial_seconds) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  MeasureChart chart{"Iterations, fine work and time",
                     "A row a run: iterations, fine work in full fine passes, and wall-clock time",
                     {{"iterations K", none, ""},
                      {"fine work, full sweeps", none, ""},
                      {"time", serial_seconds.value_or(none),
                       serial_seconds ? "serial fine " + format_duration(*serial_seconds) : ""}},
                     {}};
  for (const MeasuredRun& measured : runs) {
    const ReportedRun& run = *measured.run;
    const std::string speedup = run.measured_speedup ? ", " + format_factor(*run.measured_speedup) : "";
    chart.rows.push_back(
        {measured.name,
         colour_of(run.corrector),
         measured.is_muted,
         {{static_cast<double>(run.num_iterations()),
           std::to_string(run.num_iterations()) + (run.converged ? "" : ", not converged"), none, none},
          {run.effective_sweeps, format_number(run.effective_sweeps), none, none},
          {run.seconds.total, format_duration(run.seconds.total) + speedup, run.least_seconds.value_or(none),
           run.most_seconds.value_or(none)}}});
  }
  return measure_chart_svg(chart);
}

void add_result_section(HtmlPage& page, const ReportedComparison& comparison) {
  page.begin_section("Result");
  page.begin_figures();
  const std::vector<bool> dominated = are_dominated(comparison);
  std::vector<MeasuredRun> runs;
  for (std::size_t i = 0; i < comparison.runs.size(); ++i)
    runs.push_back({comparison.runs[i].corrector, &comparison.runs[i], dominated[i]});
  page.figure(measures_svg(runs, comparison.serial_fine_seconds), "Iterations, fine work and time",
              "Pale: what another run beats or equals in all three. Whiskers: least and most of repetitions. A run is "
              "faster than serial stepping where its bar ends before the dotted line.",
              true);
  page.end_figures();
  add_result_table(page, comparison);
  page.end_section();
}

void add_cost_section(HtmlPage& page, const ReportedComparison& comparison) {
  page.begin_section("Cost");
  add_time_chart(page, comparison);
  page.end_section();
}

}  // namespace forerun
