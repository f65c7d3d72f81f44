#include "apps/forerun/charts/svg_measures.h"

#include <algorithm>
#include <cmath>

#include "apps/forerun/charts/svg_plot.h"

namespace forerun {
namespace {

constexpr double measures_margin = 10.0;
constexpr double measures_row_height = 30.0;
constexpr double measure_bar_height = 16.0;
constexpr double gap_of_measures = 6.0;
constexpr double heading = 24.0;
constexpr double column_gap = 26.0;

/// One measure's bars in their column.
struct Column {
  std::size_t measure;
  Box area;
  double per_unit;  ///< length on the drawing

  double x_of(double value) const { return area.left + per_unit * value; }
};

/// Room is left for the widest text behind the longest bar.
Column column_of(const MeasureChart& chart, std::size_t measure, const Box& area) {
  double longest = std::isfinite(chart.measures[measure].level) ? chart.measures[measure].level : 0.0;
  double text = 0.0;
  for (const MeasureChart::Row& row : chart.rows) {
    const MeasureChart::Value& value = row.values[measure];
    for (const double end : {value.length, value.most}) longest = std::max(longest, std::isfinite(end) ? end : 0.0);
    text = std::max(text, text_width(value.text));
  }
  const double room = std::max(10.0, area.width - text - 2 * gap_of_measures);
  return {measure, area, longest > 0.0 ? room / longest : 0.0};
}

void draw_level(MarkupWriter& svg, const MeasureChart::Measure& measure, const Column& column) {
  if (!std::isfinite(measure.level)) return;
  const double x = column.x_of(measure.level);
  const double bottom = column.area.bottom();
  svg.leaf("line", {{"class", "level"}, {"x1", x}, {"y1", column.area.top}, {"x2", x}, {"y2", bottom}});
  const bool ends_left = x - column.area.left > text_width(measure.level_name);
  svg.element("text",
              {{"class", "tick"}, {"x", x}, {"y", bottom + text_height}, {"text-anchor", ends_left ? "end" : "start"}},
              measure.level_name);
}

void draw_whisker(MarkupWriter& svg, const MeasureChart::Value& value, const Column& column, double middle) {
  if (!std::isfinite(value.least) || !std::isfinite(value.most)) return;
  const double left = column.x_of(value.least), right = column.x_of(value.most);
  constexpr double half = 4.0;
  const auto line = [&](double x1, double y1, double x2, double y2) {
    svg.leaf("line", {{"class", "whisker"}, {"x1", x1}, {"y1", y1}, {"x2", x2}, {"y2", y2}});
  };
  line(left, middle, right, middle);
  line(left, middle - half, left, middle + half);
  line(right, middle - half, right, middle + half);
}

void draw_value(MarkupWriter& svg, const MeasureChart::Row& row, const Column& column, double middle) {
  const MeasureChart::Value& value = row.values[column.measure];
  double end = column.area.left;
  if (std::isfinite(value.length) && value.length >= 0.0) {
    svg.leaf("rect", {{"class", "area c" + std::to_string(row.colour)},
                      {"x", column.area.left},
                      {"y", middle - measure_bar_height / 2},
                      {"width", std::max(1.0, column.x_of(value.length) - column.area.left)},
                      {"height", measure_bar_height}});
    end = column.x_of(value.length);
  }
  draw_whisker(svg, value, column, middle);
  if (std::isfinite(value.most)) end = std::max(end, column.x_of(value.most));
  svg.element("text", {{"class", "label halo"}, {"x", end + gap_of_measures}, {"y", middle + 0.35 * text_height}},
              value.text);
}

}  // namespace

std::string measure_chart_svg(const MeasureChart& chart) {
  double names = 0.0;
  for (const MeasureChart::Row& row : chart.rows) names = std::max(names, text_width(row.name));
  const double left = measures_margin + names + gap_of_measures;
  const auto count = static_cast<double>(chart.measures.size());
  const double width = (chart.width - left - measures_margin - column_gap * (count - 1)) / count;
  const double height = measures_row_height * static_cast<double>(chart.rows.size());

  MarkupWriter svg;
  open_drawing(svg, chart.width, heading + height + text_height + measures_margin, chart.title, chart.description);
  for (std::size_t i = 0; i < chart.rows.size(); ++i) {
    const double baseline = heading + measures_row_height * (static_cast<double>(i) + 0.5) + 0.35 * text_height;
    svg.element("text", {{"class", "label"}, {"x", left - gap_of_measures}, {"y", baseline}, {"text-anchor", "end"}},
                chart.rows[i].name);
  }
  for (std::size_t m = 0; m < chart.measures.size(); ++m) {
    const Box area{left + (width + column_gap) * static_cast<double>(m), heading, width, height};
    const Column column = column_of(chart, m, area);
    svg.element("text", {{"class", "label strong"}, {"x", area.left}, {"y", heading - 9.0}}, chart.measures[m].name);
    svg.leaf("line",
             {{"class", "axis"}, {"x1", area.left}, {"y1", area.top}, {"x2", area.left}, {"y2", area.bottom()}});
    draw_level(svg, chart.measures[m], column);
    for (std::size_t i = 0; i < chart.rows.size(); ++i) {
      const MeasureChart::Row& row = chart.rows[i];
      svg.open("g", {{"class", row.is_muted ? "muted" : "lit"}});
      draw_value(svg, row, column, heading + measures_row_height * (static_cast<double>(i) + 0.5));
      svg.close();
    }
  }
  return svg.close().str();
}

}  // namespace forerun
