#include "apps/forerun/charts/svg_line_chart.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace forerun {
namespace {

constexpr double line_chart_margin = 10.0;
constexpr int most_colours = 8;

struct Range {
  double lowest = std::numeric_limits<double>::infinity();
  double highest = -std::numeric_limits<double>::infinity();

  void include(double value) {
    lowest = std::min(lowest, value);
    highest = std::max(highest, value);
  }
  bool empty() const { return lowest > highest; }
};

bool can_show(const ChartAxis& axis, double value) {
  return std::isfinite(value) && (!axis.logarithmic || value > 0.0);
}

bool can_show(const LineChart& chart, const ChartPoint& point) {
  return can_show(chart.x, point.x) && can_show(chart.y, point.y);
}

AxisScale scale_of(const ChartAxis& axis, Range range, int most_ticks, bool to_ticks) {
  if (axis.from_zero && !axis.logarithmic) range.include(0.0);
  if (axis.whole && !axis.logarithmic) return AxisScale::whole(range.lowest, range.highest, most_ticks);
  return axis.logarithmic ? AxisScale::logarithmic(range.lowest, range.highest, most_ticks, to_ticks)
                          : AxisScale::linear(range.lowest, range.highest, most_ticks, to_ticks);
}

std::string colour_class(int colour) { return "c" + std::to_string((colour - 1) % most_colours + 1); }

std::string line_class(const ChartSeries& series) {
  return "line " + colour_class(series.colour) + (series.dashed ? " dashed" : "") + (series.muted ? " muted" : "");
}

/// Path commands, and marks where the points are few. Thinned lines keep their last point.
class SeriesDrawing {
 public:
  SeriesDrawing(const LineChart& chart, const PlotFrame& frame) : chart_(chart), frame_(frame) {}

  void draw(MarkupWriter& svg, const ChartSeries& series) {
    constexpr std::size_t most_points = 4000;
    constexpr std::size_t most_marks = 40;
    const std::size_t stride = (series.points.size() + most_points - 1) / most_points;
    for (std::size_t i = 0; i < series.points.size(); ++i) {
      if (i % stride == 0 || i + 1 == series.points.size()) add(series, series.points[i]);
    }
    if (series.connected) svg.leaf("path", {{"class", line_class(series)}, {"d", path_}});
    if (series.connected && (!series.markers || series.points.size() > most_marks)) return;
    svg.leaf("path",
             {{"class", "mark " + colour_class(series.colour) + (series.muted ? " muted" : "")}, {"d", marks_}});
  }

 private:
  void add(const ChartSeries& series, const ChartPoint& point) {
    if (!can_show(chart_, point)) {
      pen_down_ = false;
      return;
    }
    const double x = frame_.x_of(point.x);
    const double y = frame_.y_of(point.y);
    if (pen_down_ && series.stepped) path_ += "H" + coordinate_text(x);
    path_ += (pen_down_ ? "L" : "M") + coordinate_text(x) + " " + coordinate_text(y);
    add_mark(series.colour, x, y, series.mark);
    pen_down_ = true;
  }

  /// A disc, a square, a triangle or a diamond, so that lines differ without their colours too.
  void add_mark(int colour, double x, double y, double r) {
    const std::string size = coordinate_text(r);
    const std::string width = coordinate_text(2 * r);
    const auto at = [](double px, double py) { return "M" + coordinate_text(px) + " " + coordinate_text(py); };
    switch ((colour - 1) % 4) {
      case 0:
        marks_ += at(x - r, y) + "a" + size + " " + size + " 0 1 0 " + width + " 0a" + size + " " + size + " 0 1 0 -" +
                  width + " 0z";
        break;
      case 1:
        marks_ += at(x - r, y - r) + "h" + width + "v" + width + "h-" + width + "z";
        break;
      case 2:
        marks_ += at(x, y - r) + "l" + size + " " + width + "h-" + width + "z";
        break;
      default:
        marks_ += at(x, y - r) + "l" + size + " " + size + "l-" + size + " " + size + "l-" + size + " -" + size + "z";
    }
  }

  const LineChart& chart_;
  const PlotFrame& frame_;
  std::string path_;
  std::string marks_;
  bool pen_down_ = false;
};

/// The line and its name above it, or below where it is the upper end.
void draw_level(MarkupWriter& svg, const PlotFrame& frame, const ChartLevel& level) {
  const double y = frame.y_of(level.y);
  constexpr double gap = 4.0;
  const bool room_above = y - frame.area.top > text_height + gap;
  svg.leaf("line", {{"class", "level"}, {"x1", frame.area.left}, {"y1", y}, {"x2", frame.area.right()}, {"y2", y}});
  svg.element("text",
              {{"class", "tick halo"}, {"x", frame.area.left + gap}, {"y", room_above ? y - gap : y + text_height}},
              level.name);
}

/// Where a name may stand without covering another.
class Names {
 public:
  explicit Names(const Box& area) : area_(area) {}

  /// Behind the end of the line, above or below it, the first of these that is free and within the drawing.
  Box place(double x, double y, double width) {
    constexpr double gap = 7.0;
    std::vector<Box> places;
    for (const double shift : {0.0, -1.0, 1.0, -2.0, 2.0, -3.0, 3.0}) {
      const double top = y - text_height / 2 + shift * (text_height + 2.0);
      places.push_back({x + gap, top, width, text_height});
      if (shift != 0.0) places.push_back({std::max(area_.left + gap, x - width), top, width, text_height});
    }
    const auto free = std::find_if(places.begin(), places.end(), [&](const Box& box) { return is_free(box); });
    taken_.push_back(free != places.end() ? *free : places.front());
    return taken_.back();
  }

 private:
  bool is_free(const Box& box) const {
    if (box.right() > area_.right() || box.top < area_.top || box.bottom() > area_.bottom()) return false;
    return std::none_of(taken_.begin(), taken_.end(), [&](const Box& other) {
      return box.left < other.right() && other.left < box.right() && box.top < other.bottom() &&
             other.top < box.bottom();
    });
  }

  Box area_;
  std::vector<Box> taken_;
};

const ChartPoint* last_shown(const LineChart& chart, const ChartSeries& series) {
  const auto last = std::find_if(series.points.rbegin(), series.points.rend(),
                                 [&](const ChartPoint& point) { return can_show(chart, point); });
  return last == series.points.rend() ? nullptr : &*last;
}

/// `area` with the margin to its right that `name_room` has left.
void draw_names(MarkupWriter& svg, const LineChart& chart, const PlotFrame& frame, const Box& area) {
  Names names(area);
  for (const ChartSeries& series : chart.series) {
    const ChartPoint* end = last_shown(chart, series);
    if (series.name.empty() || end == nullptr) continue;
    const Box box = names.place(frame.x_of(end->x), frame.y_of(end->y), text_width(series.name));
    svg.element("text",
                {{"class", "halo name " + colour_class(series.colour) + (series.muted ? " muted" : "")},
                 {"x", box.left},
                 {"y", box.top + 0.85 * text_height}},
                series.name);
  }
}

double name_room(const LineChart& chart) {
  double width = 0.0;
  if (!chart.direct) return width;
  for (const ChartSeries& series : chart.series) width = std::max(width, text_width(series.name));
  return width + 7.0;
}

std::vector<LegendEntry> legend_of(const LineChart& chart) {
  std::vector<LegendEntry> entries;
  if (chart.direct) return entries;
  for (const ChartSeries& series : chart.series) {
    if (series.name.empty()) continue;
    const std::string mark = "mark " + colour_class(series.colour);
    entries.push_back({series.name, series.connected ? line_class(series) : mark, !series.connected});
  }
  return entries;
}

std::string empty_chart(const LineChart& chart) {
  MarkupWriter svg;
  constexpr double height = 60.0;
  open_drawing(svg, chart.width, height, chart.title, chart.description);
  svg.element("text", {{"class", "label"}, {"x", chart.width / 2}, {"y", height / 2}, {"text-anchor", "middle"}},
              chart.y.logarithmic ? "no positive finite value to show" : "no finite value to show");
  return svg.close().str();
}

}  // namespace

std::string line_chart_svg(const LineChart& chart) {
  Range xs;
  Range ys;
  for (const ChartSeries& series : chart.series) {
    for (const ChartPoint& point : series.points) {
      // The x axis is that of all points, so that charts of the same run agree.
      if (can_show(chart.x, point.x)) xs.include(point.x);
      if (can_show(chart, point)) ys.include(point.y);
    }
  }
  if (xs.empty() || ys.empty()) return empty_chart(chart);
  for (const ChartLevel& level : chart.levels) {
    if (can_show(chart.y, level.y)) ys.include(level.y);
  }
  constexpr double pixels_per_x_tick = 48.0;
  constexpr double pixels_per_y_tick = 32.0;
  const auto ticks = [](double length, double each) { return std::max(2, static_cast<int>(length / each)); };
  AxisScale y = scale_of(chart.y, ys, ticks(chart.height, pixels_per_y_tick), true);
  AxisScale x = scale_of(chart.x, xs, ticks(chart.width, pixels_per_x_tick), false);
  const double left = y_axis_width(y, chart.y.title) + line_chart_margin / 2;
  const double width = chart.width - left - 1.5 * line_chart_margin;
  const double legend = draw_legend(nullptr, legend_of(chart), left, 0.0, width);
  const Box area{left, line_chart_margin + legend, width - name_room(chart),
                 chart.height - 2 * line_chart_margin - x_axis_height(chart.x.title)};
  const PlotFrame frame{area, std::move(x), std::move(y), chart.x.title, chart.y.title};

  MarkupWriter svg;
  open_drawing(svg, chart.width, chart.height + legend, chart.title, chart.description);
  draw_legend(&svg, legend_of(chart), left, line_chart_margin / 2, width);
  draw_axes(svg, frame);
  for (const ChartLevel& level : chart.levels) {
    if (can_show(chart.y, level.y)) draw_level(svg, frame, level);
  }
  for (const ChartSeries& series : chart.series) SeriesDrawing(chart, frame).draw(svg, series);
  if (chart.direct) draw_names(svg, chart, frame, {area.left, area.top, width + line_chart_margin, area.height});
  return svg.close().str();
}

}  // namespace forerun
