#include "apps/forerun/bench/precision_page.h"

#include <algorithm>
#include <map>

#include "apps/forerun/charts/svg_line_chart.h"
#include "apps/forerun/report/html_page.h"

namespace forerun {
namespace {

/// Methods with a line of their own; colours of the style sheet that are left for the others.
constexpr std::size_t kMostMethods = 6;
constexpr int kSundialsColour = 8, kParallelColour = 7;

bool is_more_accurate(const ChartPoint& a, const ChartPoint& b) { return a.x > b.x; }

/// Of these points those that no other beats in both, least accurate first.
std::vector<ChartPoint> fastest_for_some_error(const std::vector<ChartPoint>& points) {
  std::vector<ChartPoint> front;
  for (const ChartPoint& point : points) {
    const auto beats = [&](const ChartPoint& other) {
      return other.x <= point.x && other.y <= point.y && (other.x < point.x || other.y < point.y);
    };
    if (std::none_of(points.begin(), points.end(), beats)) front.push_back(point);
  }
  std::sort(front.begin(), front.end(), is_more_accurate);
  return front;
}

std::vector<ChartPoint> chart_points(const std::vector<PrecisionPoint>& points) {
  std::vector<ChartPoint> all;
  for (const PrecisionPoint& point : points) all.push_back({point.error, point.seconds});
  return all;
}

/// Lines of the methods that are the fastest for some error.
void add_winning_methods(const std::vector<PrecisionPoint>& own, LineChart& chart) {
  const std::vector<ChartPoint> front = fastest_for_some_error(chart_points(own));
  std::map<std::string, std::vector<ChartPoint>> lines;
  std::map<std::string, std::size_t> wins;
  for (const PrecisionPoint& point : own) {
    lines[point.solver.method].push_back({point.error, point.seconds});
    const auto is_it = [&](const ChartPoint& best) { return best.x == point.error && best.y == point.seconds; };
    if (std::any_of(front.begin(), front.end(), is_it)) ++wins[point.solver.method];
  }
  std::vector<std::string> methods;
  for (const auto& [method, times] : wins) methods.push_back(method);
  std::stable_sort(methods.begin(), methods.end(),
                   [&](const std::string& a, const std::string& b) { return wins[a] > wins[b]; });
  if (methods.size() > kMostMethods) methods.resize(kMostMethods);
  for (const std::string& method : methods) {
    std::vector<ChartPoint>& points = lines[method];
    std::sort(points.begin(), points.end(), is_more_accurate);
    chart.series.push_back({method, static_cast<int>(chart.series.size()) + 1, points});
  }
}

std::string diagram(const PrecisionResult& result) {
  LineChart chart;
  chart.title = result.title;
  chart.description = "Time over error of serial solvers and of Parareal, both logarithmic";
  chart.x = {"error at the end", true};
  chart.y = {"seconds", true};
  add_winning_methods(result.serial.own, chart);
  if (!result.serial.sundials.empty()) {
    chart.series.push_back(
        {"SUNDIALS, the fastest", kSundialsColour, fastest_for_some_error(chart_points(result.serial.sundials)), true});
  }
  int threads = 0;
  for (const ParallelPoint& point : result.parallel) threads = std::max(threads, point.settings.threads);
  std::vector<ChartPoint> parallel;
  for (const ParallelPoint& point : result.parallel) {
    if (point.settings.threads == threads && point.converged) parallel.push_back({point.error, point.seconds});
  }
  if (!parallel.empty()) {
    chart.series.push_back({"Parareal, " + std::to_string(threads) + (threads == 1 ? " thread" : " threads"),
                            kParallelColour, fastest_for_some_error(parallel)});
  }
  return line_chart_svg(chart);
}

}  // namespace

std::string precision_page(const BenchReport& report, const std::vector<PrecisionResult>& results) {
  HtmlPage page("forerun: work and precision");
  page.body().element("h1", {}, "Work and precision");
  page.paragraph(report.heading + ".");
  for (const std::string& sentence : report.missed) page.paragraph("Missed: " + sentence + ".", "bad");
  for (const std::string& sentence : report.warnings) page.paragraph(sentence + ".", "bad");
  page.begin_section("Time over error");
  page.begin_figures();
  for (const PrecisionResult& result : results) {
    page.figure(diagram(result), result.title,
                "Lower is faster, further left more accurate. Measured; a line each of our serial solvers that is the "
                "fastest for some error.");
  }
  page.end_figures();
  page.end_section();
  page.begin_section("The fastest for an error");
  std::vector<HtmlPage::Cell> heading;
  for (const std::string& title : report.summary_columns) heading.push_back({title, heading.empty() ? "" : "number"});
  std::vector<std::vector<HtmlPage::Cell>> rows;
  for (const auto& row : report.summary) {
    std::vector<HtmlPage::Cell> cells;
    for (const std::string& cell : row) cells.push_back({cell, cells.empty() ? "" : "number"});
    rows.push_back(std::move(cells));
  }
  page.table(heading, rows);
  for (const std::string& sentence : report.legend) page.paragraph(sentence);
  page.end_section();
  return page.str();
}

}  // namespace forerun
