#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

#include "apps/forerun/charts/svg_bars.h"
#include "apps/forerun/charts/svg_line_chart.h"
#include "apps/forerun/report/html_report.h"
#include "apps/forerun/report/html_report_colours.h"

namespace forerun {
namespace {

/// One number an iteration of a run, and what it means.
struct Quantity {
  std::string name;
  std::string meaning;
  std::vector<double> ReportedRun::*series;
};

const std::vector<Quantity>& quantities() {
  static const std::vector<Quantity> all = {
      {"increment", "largest change of a slice's start value by the iteration; below the tolerance a slice is frozen.",
       &ReportedRun::increments},
      {"error", "largest distance from the serial fine solution.", &ReportedRun::errors},
      {"jump", "largest gap between a slice's fine end value and the start value of the next.", &ReportedRun::jumps},
      {"estimated error", "what jumps and the contraction seen let expect of the error.",
       &ReportedRun::estimated_errors}};
  return all;
}

bool has_values(const std::vector<double>& series) {
  return std::any_of(series.begin(), series.end(), [](double value) { return std::isfinite(value) && value > 0.0; });
}

std::string capitalised(std::string text) {
  text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text;
}

/// Entry k of `series` is of iteration k + 1; lines of different windows are not joined.
std::vector<ChartPoint> by_iteration(const ReportedRun& run, const std::vector<double>& series) {
  std::vector<ChartPoint> points;
  for (std::size_t k = 0; k < series.size(); ++k) {
    const auto iteration = static_cast<double>(k + 1);
    if (k > 0 && run.window[k] != run.window[k - 1]) points.push_back({iteration, std::nan("")});
    points.push_back({iteration, series[k]});
  }
  return points;
}

/// Runs of very different lengths are seen together on logarithms.
ChartAxis iteration_axis(const ReportedComparison& comparison) {
  Index fewest = std::numeric_limits<Index>::max();
  Index most = 1;
  for (const ReportedRun& run : comparison.runs) {
    fewest = std::min(fewest, std::max<Index>(1, run.num_iterations()));
    most = std::max(most, run.num_iterations());
  }
  constexpr Index much_longer = 4;
  const bool logarithmic = most > much_longer * fewest;
  return {logarithmic ? "iteration (logarithmic)" : "iteration", logarithmic, false, !logarithmic};
}

/// All quantities of the only run.
void add_single_chart(HtmlPage& page, const ReportedComparison& comparison) {
  const ReportedRun& run = comparison.runs.front();
  LineChart chart{"Convergence of " + run.corrector,
                  "Increment, error, jump and estimated error by iteration, on a logarithmic axis",
                  iteration_axis(comparison),
                  {"scaled maximum norm", true},
                  {}};
  std::string caption;
  for (const Quantity& quantity : quantities()) {
    const std::vector<double>& series = run.*quantity.series;
    if (!has_values(series)) continue;
    const auto colour = static_cast<int>(&quantity - quantities().data()) + 1;
    chart.series.push_back({quantity.name, colour, by_iteration(run, series)});
    chart.direct = true;
    caption += (caption.empty() ? "" : " ") + capitalised(quantity.name) + ": " + quantity.meaning;
  }
  chart.levels = {{"tolerance", comparison.experiment.options.tolerance}};
  page.figure(line_chart_svg(chart), "Increment, error and jump", caption);
}

/// A chart a quantity, a line a run.
void add_quantity_chart(HtmlPage& page, const ReportedComparison& comparison, const Quantity& quantity) {
  LineChart chart{"Convergence: " + quantity.name,
                  "The " + quantity.name + " of each corrector by iteration, on a logarithmic axis",
                  iteration_axis(comparison),
                  {quantity.name, true},
                  {}};
  chart.direct = true;
  bool any = false;
  const std::vector<bool> dominated = are_dominated(comparison);
  for (std::size_t i = 0; i < comparison.runs.size(); ++i) {
    const ReportedRun& run = comparison.runs[i];
    chart.series.push_back({run.corrector, colour_of(run.corrector), by_iteration(run, run.*quantity.series)});
    chart.series.back().muted = dominated[i];
    any = any || has_values(run.*quantity.series);
  }
  if (!any) return;
  chart.levels = {{"tolerance", comparison.experiment.options.tolerance}};
  page.figure(line_chart_svg(chart), capitalised(quantity.name), capitalised(quantity.meaning));
}

void add_front_chart(HtmlPage& page, const ReportedComparison& comparison) {
  const bool single = comparison.runs.size() == 1;
  LineChart chart{"Fronts",
                  "Leading slices that are frozen, and those that are exact, by iteration",
                  iteration_axis(comparison),
                  {"slices", false, true},
                  {}};
  chart.direct = true;
  const std::vector<bool> dominated = are_dominated(comparison);
  for (std::size_t i = 0; i < comparison.runs.size(); ++i) {
    const ReportedRun& run = comparison.runs[i];
    const int colour = colour_of(run.corrector);
    chart.series.push_back({single ? "converged" : run.corrector, colour, by_iteration(run, run.converged_front)});
    chart.series.push_back({single ? "exact" : "", colour, by_iteration(run, run.exact_front), true, false});
    for (auto series = chart.series.end() - 2; series != chart.series.end(); ++series) series->muted = dominated[i];
  }
  chart.levels = {{"all slices", static_cast<double>(comparison.experiment.window_slices())}};
  page.figure(line_chart_svg(chart), "Converged and exact front",
              "Solid: leading slices that are frozen as exact or converged. Dashed: those that equal the serial fine "
              "solution bit for bit.");
}

/// True where a row of cells says more than the corrector's name.
bool is_mixed(const ReportedRun& run) {
  const auto other = [&](const std::string& name) { return name != run.corrector; };
  const auto raised = [](double level) { return level > 1.0; };
  return std::any_of(run.served_by.begin(), run.served_by.end(), other) ||
         std::any_of(run.levels.begin(), run.levels.end(), raised);
}

/// "kriging" of the candidate "kriging 18": candidates of a kind share its colour.
std::string kind_of(const std::string& served_by) {
  return served_by.starts_with("by slice") ? "by slice" : served_by.substr(0, served_by.find(' '));
}

/// What the cells say besides: the level of the fine solver where there are several, else which candidate it was.
std::vector<std::string> cell_labels(const ReportedRun& run, bool has_levels) {
  std::vector<std::string> labels;
  for (std::size_t k = 0; k < run.served_by.size(); ++k) {
    std::string candidate = run.served_by[k].substr(kind_of(run.served_by[k]).size());
    if (candidate.starts_with(" ")) candidate.erase(0, 1);
    labels.push_back(has_levels ? "F" + std::to_string(static_cast<int>(run.levels[k])) : candidate);
  }
  return labels;
}

void add_serving_strip(HtmlPage& page, const ReportedComparison& comparison) {
  CellStrip strip{"Who served each sweep",
                  "The corrector that served each iteration's sweep, and the fine level",
                  "iteration",
                  {},
                  {}};
  const bool levels = comparison.experiment.config.fine_levels.is_ladder();
  for (const ReportedRun& run : comparison.runs) {
    if (!is_mixed(run)) continue;
    CellStrip::Row row{run.corrector, {}, cell_labels(run, levels)};
    for (const std::string& served_by : run.served_by) {
      row.kinds.push_back(kind_of(served_by));
      strip.colours[row.kinds.back()] = colour_of(served_by);
    }
    strip.rows.push_back(std::move(row));
  }
  if (strip.rows.empty()) return;
  page.figure(cell_strip_svg(strip), "Who served each sweep",
              std::string("Each cell is an iteration, coloured by the corrector that served its sweep") +
                  (levels ? "; F1, F2, … name the level of the fine solver that served the last slice, the highest is "
                            "the full one."
                          : "; numbers tell its candidates apart."),
              true);
}

/// What a corrector that checks itself expected of each correction, and how it turned out.
void add_correction_chart(HtmlPage& page, const ReportedRun& run, const ChartAxis& iterations) {
  if (!has_values(run.found_correction_errors)) return;
  // What an iteration finds is about the correction that served the one before.
  const std::vector<double> found(run.found_correction_errors.begin() + 1, run.found_correction_errors.end());
  LineChart chart;
  chart.title = "Corrections of " + run.corrector;
  chart.description = "Predicted and found error of the correction that served each sweep, on a logarithmic axis";
  chart.x = iterations;
  chart.y = {"error of the correction", true};
  const int colour = colour_of(run.corrector);
  chart.series = {{"found", colour, by_iteration(run, found)},
                  {"predicted", colour, by_iteration(run, run.predicted_correction_errors), true}};
  page.figure(line_chart_svg(chart), "Corrections of " + run.corrector + ": predicted and found",
              "How far the correction that served a sweep was from the discrepancy F − G: expected before, and found "
              "by the next fine sweep.");
}

/// How many iterations each window took.
void add_windows(HtmlPage& page, const ReportedComparison& comparison) {
  if (comparison.experiment.config.windows == 1) return;
  for (const ReportedRun& run : comparison.runs) {
    std::string text;
    for (Index window = 1; window <= comparison.experiment.config.windows; ++window) {
      const auto count = std::count(run.window.begin(), run.window.end(), static_cast<double>(window));
      if (count > 0) text += (text.empty() ? "" : ", ") + std::to_string(count);
    }
    page.paragraph(run.corrector + ", iterations by window: " + text +
                   ". Iterations are numbered through; fronts are counted from the first slice of each window.");
  }
}

void add_fallbacks(HtmlPage& page, const ReportedComparison& comparison) {
  for (const ReportedRun& run : comparison.runs) {
    double refused = 0.0;
    for (const double fallbacks : run.fallbacks) refused += std::isfinite(fallbacks) ? fallbacks : 0.0;
    if (refused == 0.0) continue;
    page.paragraph(run.corrector + ": the state safeguard refused " + std::to_string(static_cast<Index>(refused)) +
                       " predicted states and fell back.",
                   "soft");
  }
}

}  // namespace

void add_convergence_section(HtmlPage& page, const ReportedComparison& comparison) {
  page.begin_section("Convergence");
  page.begin_figures();
  if (comparison.runs.size() == 1) {
    add_single_chart(page, comparison);
    add_front_chart(page, comparison);
  } else {
    add_quantity_chart(page, comparison, quantities()[0]);
    add_front_chart(page, comparison);
    for (std::size_t i = 1; i < quantities().size(); ++i) add_quantity_chart(page, comparison, quantities()[i]);
  }
  for (const ReportedRun& run : comparison.runs) add_correction_chart(page, run, iteration_axis(comparison));
  add_work_maps(page, comparison);
  add_serving_strip(page, comparison);
  page.end_figures();
  add_windows(page, comparison);
  add_fallbacks(page, comparison);
  page.end_section();
}

}  // namespace forerun
