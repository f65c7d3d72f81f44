#include <algorithm>
#include <cmath>

#include "apps/forerun/charts/svg_heat_map.h"
#include "apps/forerun/charts/svg_line_chart.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/report/html_report.h"
#include "apps/forerun/report/html_report_colours.h"
#include "apps/forerun/report/html_report_trajectory.h"
#include "core/parareal/state_scale.h"

namespace forerun {
namespace {

constexpr double wide = 980.0;
constexpr double portrait_height = 400.0;
constexpr double least_panel = 135.0;

/// The run whose solution is shown: of those that converged the one with the fewest iterations, else the first that has
/// states, of which there must be one.
const ReportedRun& shown_run(const ReportedComparison& comparison) {
  const auto better = [](const ReportedRun& a, const ReportedRun& b) {
    if (a.has_states() != b.has_states()) return a.has_states();
    return a.converged != b.converged ? a.converged : a.converged && a.num_iterations() < b.num_iterations();
  };
  return *std::min_element(comparison.runs.begin(), comparison.runs.end(), better);
}

std::string as_solved_by(const ReportedRun& run) {
  return run.converged ? "As solved with " + run.corrector + "."
                       : "The last good iterate of " + run.corrector + ", which did not converge.";
}

std::vector<ChartPoint> curve(const std::vector<double>& x, const State& y) {
  std::vector<ChartPoint> points;
  for (std::size_t i = 0; i < x.size(); ++i) points.push_back({x[i], y[static_cast<Index>(i)]});
  return points;
}

std::vector<double> boundary_times(const TimeGrid& grid) {
  std::vector<double> times;
  for (Index n = 0; n <= grid.num_slices(); ++n) times.push_back(grid.boundary(n));
  return times;
}

std::vector<double> mesh_points(const MeshAxis& axis) {
  std::vector<double> points;
  const double intervals = std::max(1.0, static_cast<double>(axis.points - 1));
  for (Index i = 0; i < axis.points; ++i) {
    points.push_back(axis.begin + (axis.end - axis.begin) * static_cast<double>(i) / intervals);
  }
  return points;
}

/// The axis from the outer edges of its first and last points' cells, as pictures show it.
HeatMapAxis cells_of(const MeshAxis& axis) {
  const double half = (axis.end - axis.begin) / std::max(1.0, 2.0 * static_cast<double>(axis.points - 1));
  return {axis.name, axis.begin - half, axis.end + half};
}

/// `count` slice boundaries, evenly spread from the first to the last.
std::vector<Index> spread(Index num_slices, Index count) {
  std::vector<Index> chosen;
  for (Index i = 0; i < count; ++i) {
    const Index n = (i * num_slices + (count - 1) / 2) / (count - 1);
    if (chosen.empty() || chosen.back() != n) chosen.push_back(n);
  }
  return chosen;
}

std::string time_text(double time) { return "t = " + (time == 0.0 ? "0" : format_number(time)); }

/// Distance to the serial fine solution at each slice boundary, a line a run.
void add_error_by_time(HtmlPage& page, const ReportedComparison& comparison) {
  if (!comparison.serial_fine) return;
  const Experiment& experiment = comparison.experiment;
  LineChart chart{"Error along the time axis",
                  "Distance of each run from the serial fine solution by time",
                  {"t"},
                  {"error, scaled maximum norm", true},
                  {}};
  chart.direct = true;
  const StateNorm norm = norm_of_states(scale_options(experiment.options), *comparison.serial_fine);
  for (const ReportedRun& run : comparison.runs) {
    if (!run.has_states()) continue;
    State errors(experiment.num_slices() + 1);
    for (Index n = 0; n < errors.size(); ++n) {
      errors[n] = norm.distance(run.boundaries.col(n), comparison.serial_fine->col(n));
    }
    chart.series.push_back(
        {run.corrector, colour_of(run.corrector), curve(boundary_times(experiment.grid), errors), false, false});
  }
  page.figure(line_chart_svg(chart), "Error along the time axis",
              "Distance of the final iterate from the serial fine solution at the slice boundaries. Where a line is "
              "missing the two are equal bit for bit.");
}

/// A chart a component, one below the other on the same time axis.
void add_components(HtmlPage& page, const StateLayout& layout, const Trajectory& trajectory,
                    const std::string& caption) {
  const std::size_t count = layout.fields.size();
  const double height = std::max(least_panel, portrait_height / static_cast<double>(count));
  std::string charts;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& name = layout.fields[i];
    LineChart chart;
    chart.title = name + " over time";
    chart.description = "Component " + name + " of the solution over time";
    chart.x = {i + 1 == count ? "t" : ""};
    chart.y = {name};
    chart.series = {{"", 1, curve(trajectory.times, trajectory.states.row(static_cast<Index>(i))), false, false}};
    chart.height = height;
    charts += line_chart_svg(chart);
  }
  page.figure(charts, count == 1 ? "Trajectory" : "Components", caption);
}

void add_portrait(HtmlPage& page, const StateLayout& layout, const Trajectory& trajectory) {
  if (layout.fields.size() < 2) return;
  const auto [a, b] = layout.portrait;
  const State across = trajectory.states.row(a);
  const std::vector<double> x(across.begin(), across.end());
  const std::string& x_name = layout.fields[static_cast<std::size_t>(a)];
  const std::string& y_name = layout.fields[static_cast<std::size_t>(b)];
  LineChart chart{"Phase portrait",
                  "The trajectory in the plane of " + x_name + " and " + y_name,
                  {x_name},
                  {y_name},
                  {{"", 3, curve(x, trajectory.states.row(b)), false, false}}};
  chart.height = std::max(portrait_height, least_panel * static_cast<double>(layout.fields.size()));
  page.figure(line_chart_svg(chart), "Phase portrait", y_name + " against " + x_name + ".");
}

void add_system(HtmlPage& page, const ReportedComparison& comparison, const StateLayout& layout) {
  const ReportedRun& run = shown_run(comparison);
  const Trajectory trajectory = dense_trajectory(comparison.experiment, run.boundaries);
  const std::string between = trajectory.dense
                                  ? " Within a slice the fine solver starts from the run's own state at its beginning."
                                  : " Straight lines join the slice boundaries.";
  page.begin_figures();
  add_portrait(page, layout, trajectory);
  add_components(page, layout, trajectory, as_solved_by(run) + between);
  add_error_by_time(page, comparison);
  page.end_figures();
}

/// Field `field` of `states` along a mesh of one axis: rows are points, columns boundaries.
States field_of(const States& states, const StateLayout& layout, Index field) {
  const Index size = layout.dimension() / static_cast<Index>(layout.fields.size());
  return states.middleRows(field * size, size);
}

HeatMap map_of(const ReportedComparison& comparison, const StateLayout& layout, const std::string& title) {
  const MeshAxis& axis = layout.axes.front();
  const TimeGrid& grid = comparison.experiment.grid;
  HeatMap map;
  map.title = title;
  map.x = {"t", grid.begin() - grid.slice_length() / 2, grid.end() + grid.slice_length() / 2};
  map.y = cells_of(axis);
  return map;
}

void add_profiles(HtmlPage& page, const ReportedComparison& comparison, const StateLayout& layout, Index field) {
  const std::string& name = layout.fields[static_cast<std::size_t>(field)];
  const States values = field_of(shown_run(comparison).boundaries, layout, field);
  const MeshAxis& axis = layout.axes.front();
  LineChart chart{"Profiles of " + name, name + " along " + axis.name + " at several times", {axis.name}, {name}, {}};
  constexpr Index num_profiles = 5;
  int colour = 0;
  for (const Index n : spread(comparison.experiment.num_slices(), num_profiles)) {
    chart.series.push_back({time_text(comparison.experiment.grid.boundary(n)), ++colour,
                            curve(mesh_points(axis), values.col(n)), false, false});
  }
  page.figure(line_chart_svg(chart), "Profiles of " + name, "");
}

/// The x–t map of each field, profiles, and where the error lies.
void add_line_field(HtmlPage& page, const ReportedComparison& comparison, const StateLayout& layout) {
  const ReportedRun& run = shown_run(comparison);
  page.begin_figures();
  for (Index field = 0; field < static_cast<Index>(layout.fields.size()); ++field) {
    const std::string& name = layout.fields[static_cast<std::size_t>(field)];
    const std::string place = layout.axes.front().name + "–t";
    HeatMap map = map_of(comparison, layout, name + " over space and time");
    map.description = "The solution as colours, time to the right, " + layout.axes.front().name + " upwards";
    map.panels = {{"", field_of(run.boundaries, layout, field)}};
    map.unit = name;
    page.figure(heat_map_svg(map), name + ", " + place + " map", as_solved_by(run));
    add_profiles(page, comparison, layout, field);
    if (!comparison.serial_fine) continue;
    const States difference = run.boundaries - *comparison.serial_fine;
    HeatMap error = map_of(comparison, layout, "Error of " + name);
    error.description = "Distance from the serial fine solution as colours";
    error.panels = {{"", field_of(difference, layout, field).cwiseAbs()}};
    error.unit = "error";
    error.logarithmic = true;
    page.figure(heat_map_svg(error), "Error of " + name + ", " + place + " map",
                "Distance of " + run.corrector +
                    " from the serial fine solution, unscaled. Without colour: equal bit for bit.");
  }
  add_error_by_time(page, comparison);
  page.end_figures();
}

/// A field on the plane at several times.
HeatMap plane_map(const ReportedComparison& comparison, const StateLayout& layout, const States& values) {
  const MeshAxis& y = layout.axes[0];
  const MeshAxis& x = layout.axes[1];
  constexpr int num_snapshots = 6;
  constexpr double panel = 132.0;
  HeatMap map{"", "", cells_of(x), cells_of(y), {}, num_snapshots, ""};
  map.width = wide;
  map.panel_height = panel * std::clamp((y.end - y.begin) / (x.end - x.begin), 0.2, 5.0);
  for (const Index n : spread(comparison.experiment.num_slices(), num_snapshots)) {
    map.panels.push_back({time_text(comparison.experiment.grid.boundary(n)),
                          values.col(n).reshaped<Eigen::RowMajor>(y.points, x.points)});
  }
  return map;
}

void add_plane_error(HtmlPage& page, const ReportedComparison& comparison, const StateLayout& layout, Index field) {
  const ReportedRun& run = shown_run(comparison);
  const std::string& name = layout.fields[static_cast<std::size_t>(field)];
  const States difference = run.boundaries - *comparison.serial_fine;
  HeatMap map = plane_map(comparison, layout, field_of(difference, layout, field).cwiseAbs());
  map.title = "Error of " + name + " at several times";
  map.description = "Distance from the serial fine solution as colours on the plane, one picture a time";
  map.unit = "error";
  map.logarithmic = true;
  page.figure(
      heat_map_svg(map), "Error of " + name,
      "Distance of " + run.corrector + " from the serial fine solution, unscaled. Without colour: equal bit for bit.",
      true);
}

/// Several times of each field on the plane, and where its error lies.
void add_plane_field(HtmlPage& page, const ReportedComparison& comparison, const StateLayout& layout) {
  const ReportedRun& run = shown_run(comparison);
  page.begin_figures();
  for (Index field = 0; field < static_cast<Index>(layout.fields.size()); ++field) {
    const std::string& name = layout.fields[static_cast<std::size_t>(field)];
    HeatMap map = plane_map(comparison, layout, field_of(run.boundaries, layout, field));
    map.title = name + " at several times";
    map.description = "The field as colours on the plane, one picture a time";
    map.unit = name;
    page.figure(heat_map_svg(map), name, field == 0 ? as_solved_by(run) : "", true);
    if (comparison.serial_fine) add_plane_error(page, comparison, layout, field);
  }
  add_error_by_time(page, comparison);
  page.end_figures();
}

}  // namespace

void add_solution_section(HtmlPage& page, const ReportedComparison& comparison) {
  const auto has_states = [](const ReportedRun& run) { return run.has_states(); };
  if (std::none_of(comparison.runs.begin(), comparison.runs.end(), has_states)) return;
  const StateLayout layout = comparison.experiment.problem->layout();
  page.begin_section("Solution");
  switch (layout.axes.size()) {
    case 0:
      add_system(page, comparison, layout);
      break;
    case 1:
      add_line_field(page, comparison, layout);
      break;
    case 2:
      add_plane_field(page, comparison, layout);
      break;
    default:
      page.paragraph("States on meshes of more than two axes are not drawn.", "soft");
  }
  page.end_section();
}

}  // namespace forerun
