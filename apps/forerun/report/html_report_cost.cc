#include <algorithm>
#include <cmath>

#include "apps/forerun/charts/svg_bars.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/report/html_report.h"

namespace forerun {
namespace {

using Cell = HtmlPage::Cell;

std::string optional_text(const std::optional<double>& value, std::string (*format)(double)) {
  return value ? format(*value) : "–";
}

Cell status_cell(const ReportedRun& run) {
  return run.converged ? Cell{"converged", "good"} : Cell{"not converged: " + run.termination, "bad"};
}

void add_cost_table(HtmlPage& page, const ReportedComparison& comparison) {
  const std::string processors = std::to_string(comparison.experiment.window_slices());
  const std::vector<Cell> heading = {{"corrector"},
                                     {"iterations", "number"},
                                     {"effective sweeps", "number"},
                                     {"max error", "number"},
                                     {"time", "number"},
                                     {"speed-up, measured", "number"},
                                     {"speed-up, modelled on " + processors, "number"},
                                     {"status"}};
  std::vector<std::vector<Cell>> rows;
  for (const ReportedRun& run : comparison.runs) {
    rows.push_back({{run.corrector},
                    {std::to_string(run.num_iterations()), "number"},
                    {format_number(run.effective_sweeps), "number"},
                    {optional_text(run.max_error, format_scientific), "number"},
                    {format_duration(run.seconds.total), "number"},
                    {optional_text(run.measured_speedup, format_factor), "number"},
                    {optional_text(run.modelled_speedup, format_factor), "number"},
                    status_cell(run)});
  }
  page.table(heading, rows);
  page.paragraph(
      "Effective sweeps: fine work in full fine passes. Measured: over the serial fine solution on this "
      "machine with this run's threads. Modelled, not measured: one processor a slice, " +
          processors + " of them, from this run's own times.",
      "soft");
}

StackedBars::Bar bar_of(const std::string& name, const PhaseSeconds& seconds, double unit) {
  const double known = seconds.fine + seconds.coarse + seconds.fit + seconds.predict;
  return {name,
          {seconds.fine * unit, seconds.coarse * unit, seconds.fit * unit, seconds.predict * unit,
           std::max(0.0, seconds.total - known) * unit},
          format_duration(seconds.total)};
}

void add_time_chart(HtmlPage& page, const ReportedComparison& comparison) {
  double longest = comparison.serial_fine_seconds.value_or(0.0);
  for (const ReportedRun& run : comparison.runs) longest = std::max(longest, run.seconds.total);
  const bool in_seconds = longest >= 1.0;
  const double unit = in_seconds ? 1.0 : 1e3;
  StackedBars chart{"Time split",
                    "Wall-clock time of each run, split into fine solver, coarse solver, fitting and prediction",
                    in_seconds ? "seconds, wall clock" : "milliseconds, wall clock",
                    {{"fine", 1}, {"coarse", 2}, {"fit", 3}, {"predict", 4}, {"other", 8}},
                    {}};
  if (comparison.serial_fine_seconds) {
    PhaseSeconds serial;
    serial.total = serial.fine = *comparison.serial_fine_seconds;
    chart.bars.push_back(bar_of("serial fine", serial, unit));
  }
  for (const ReportedRun& run : comparison.runs) chart.bars.push_back(bar_of(run.corrector, run.seconds, unit));
  page.begin_figures();
  page.figure(stacked_bars_svg(chart), "Where the time went",
              "Measured on this machine with " + std::to_string(comparison.num_threads) +
                  (comparison.num_threads == 1 ? " thread" : " threads") +
                  ". Fine solves run in parallel over slices, the coarse sweep does not.",
              true);
  page.end_figures();
}

}  // namespace

void add_cost_section(HtmlPage& page, const ReportedComparison& comparison) {
  page.begin_section("Cost");
  add_cost_table(page, comparison);
  add_time_chart(page, comparison);
  page.end_section();
}

}  // namespace forerun
