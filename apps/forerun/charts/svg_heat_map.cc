#include "apps/forerun/charts/svg_heat_map.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "apps/forerun/charts/svg_image.h"
#include "apps/forerun/charts/svg_plot.h"

namespace forerun {
namespace {

constexpr double heat_map_margin = 10.0;
constexpr double panel_gap = 20.0;
constexpr double bar_width = 12.0;
constexpr Index most_pixels_a_side = 400;

/// Decades that are shown below the largest value: what lies lower is rounding.
constexpr double most_decades = 16.0;

struct ColourRange {
  double lowest = std::numeric_limits<double>::infinity();
  double highest = -std::numeric_limits<double>::infinity();

  void include(const States& values, bool logarithmic) {
    for (const double value : values.reshaped()) {
      if (!std::isfinite(value) || (logarithmic && value <= 0.0)) continue;
      lowest = std::min(lowest, value);
      highest = std::max(highest, value);
    }
  }
};

ColourRange colour_range(const HeatMap& map) {
  ColourRange range;
  for (const HeatMapPanel& panel : map.panels) range.include(panel.values, map.logarithmic);
  if (map.logarithmic) range.lowest = std::max(range.lowest, range.highest * std::pow(10.0, -most_decades));
  return range;
}

AxisScale colour_scale(const HeatMap& map) {
  const ColourRange range = colour_range(map);
  if (range.lowest > range.highest) return AxisScale::bare(AxisScale::linear(0.0, 1.0, 2, false));
  constexpr int most_ticks = 7;
  return map.logarithmic ? AxisScale::logarithmic(range.lowest, range.highest, most_ticks, false)
                         : AxisScale::linear(range.lowest, range.highest, most_ticks, false);
}

void draw_image(MarkupWriter& svg, const Box& box, const std::string& png) {
  svg.leaf("image", {{"x", box.left},
                     {"y", box.top},
                     {"width", box.width},
                     {"height", box.height},
                     {"preserveAspectRatio", "none"},
                     {"class", "pixels"},
                     {"href", image_address(png)}});
}

/// The panel's values as a picture: the top row is the upper end of y.
std::string panel_png(const HeatMap& map, const HeatMapPanel& panel, const AxisScale& colours) {
  const auto count = static_cast<double>(map.panels.size());
  const auto most = static_cast<Index>(static_cast<double>(most_pixels_a_side) / std::sqrt(count));
  States places = thinned(panel.values, most, most).colwise().reverse();
  for (double& value : places.reshaped()) value = colours.position(value);
  return png_image(places, 0.0, 1.0);
}

void draw_colour_bar(MarkupWriter& svg, const HeatMap& map, const Box& box, const AxisScale& colours) {
  constexpr Index steps = 128;
  draw_image(svg, box, png_image(State::LinSpaced(steps, 1.0, 0.0), 0.0, 1.0));
  const PlotFrame frame{box, AxisScale::linear(0.0, 1.0, 2, false), colours, "", ""};
  svg.leaf("rect", {{"class", "frame"}, {"x", box.left}, {"y", box.top}, {"width", box.width}, {"height", box.height}});
  constexpr double gap = 5.0;
  for (const Tick& tick : colours.ticks()) {
    svg.element("text",
                {{"class", "tick"}, {"x", box.right() + gap}, {"y", frame.y_of(tick.value) + 0.35 * text_height}},
                tick.label);
  }
  svg.element("text", {{"class", "label"}, {"x", box.right()}, {"y", box.top - gap - 2.0}, {"text-anchor", "middle"}},
              map.unit);
}

}  // namespace

std::string heat_map_svg(const HeatMap& map) {
  const AxisScale colours = colour_scale(map);
  const int columns = std::max(1, map.columns);
  const auto rows = (static_cast<int>(map.panels.size()) + columns - 1) / columns;
  constexpr double pixels_per_tick = 40.0;
  const auto ticks = [](double length) { return std::max(2, static_cast<int>(length / pixels_per_tick)); };
  const AxisScale y = AxisScale::linear(map.y.begin, map.y.end, ticks(map.panel_height), false);
  const double left = y_axis_width(y, map.y.title) + heat_map_margin / 2;
  const double right = bar_width + y_axis_width(colours, "") + 2 * heat_map_margin;
  const double panel_width = (map.width - left - right - panel_gap * (columns - 1)) / columns;
  const AxisScale x = AxisScale::linear(map.x.begin, map.x.end, ticks(panel_width), false);
  constexpr double top = heat_map_margin / 2 + text_height + 6.0;
  const double row_height = map.panel_height + text_height + panel_gap;
  const double height =
      top + row_height * rows - (text_height + panel_gap) + x_axis_height(map.x.title) + heat_map_margin / 2;

  MarkupWriter svg;
  open_drawing(svg, map.width, height, map.title, map.description);
  for (int i = 0; i < static_cast<int>(map.panels.size()); ++i) {
    const HeatMapPanel& panel = map.panels[static_cast<std::size_t>(i)];
    const bool first_column = i % columns == 0;
    const bool last_row = i + columns >= static_cast<int>(map.panels.size());
    const Box box{left + (panel_width + panel_gap) * (i % columns), top + row_height * (i / columns), panel_width,
                  map.panel_height};
    svg.element("text", {{"class", "label"}, {"x", box.left}, {"y", box.top - 6.0}}, panel.title);
    draw_image(svg, box, panel_png(map, panel, colours));
    draw_axes(svg, {box, last_row ? x : AxisScale::bare(x), first_column ? y : AxisScale::bare(y),
                    last_row ? map.x.title : "", first_column ? map.y.title : "", false});
  }
  const Box bar{map.width - right + heat_map_margin, top, bar_width, row_height * rows - text_height - panel_gap};
  draw_colour_bar(svg, map, bar, colours);
  return svg.close().str();
}

}  // namespace forerun
