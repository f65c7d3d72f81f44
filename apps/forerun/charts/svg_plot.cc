#include "apps/forerun/charts/svg_plot.h"

#include <algorithm>

#include "apps/forerun/cli/text_table.h"

namespace forerun {
namespace {

constexpr double tick_length = 4.0;
constexpr double label_gap = 4.0;
constexpr double title_gap = 8.0;
constexpr double sample_width = 22.0;

void draw_x_axis(MarkupWriter& svg, const PlotFrame& frame) {
  const Box& area = frame.area;
  for (const Tick& tick : frame.x.ticks()) {
    const double x = frame.x_of(tick.value);
    if (frame.grid)
      svg.leaf("line", {{"class", "grid"}, {"x1", x}, {"y1", area.top}, {"x2", x}, {"y2", area.bottom()}});
    svg.leaf("line",
             {{"class", "axis"}, {"x1", x}, {"y1", area.bottom()}, {"x2", x}, {"y2", area.bottom() + tick_length}});
    const double baseline = area.bottom() + tick_length + text_height;
    svg.element("text", {{"class", "tick"}, {"x", x}, {"y", baseline}, {"text-anchor", "middle"}}, tick.label);
  }
  if (frame.x_title.empty()) return;
  svg.element("text",
              {{"class", "label"},
               {"x", area.left + area.width / 2},
               {"y", area.bottom() + x_axis_height(frame.x_title) - label_gap},
               {"text-anchor", "middle"}},
              frame.x_title);
}

void draw_y_axis(MarkupWriter& svg, const PlotFrame& frame) {
  const Box& area = frame.area;
  constexpr double to_middle = 0.35 * text_height;
  for (const Tick& tick : frame.y.ticks()) {
    const double y = frame.y_of(tick.value);
    if (frame.grid)
      svg.leaf("line", {{"class", "grid"}, {"x1", area.left}, {"y1", y}, {"x2", area.right()}, {"y2", y}});
    svg.leaf("line", {{"class", "axis"}, {"x1", area.left - tick_length}, {"y1", y}, {"x2", area.left}, {"y2", y}});
    svg.element(
        "text",
        {{"class", "tick"}, {"x", area.left - tick_length - label_gap}, {"y", y + to_middle}, {"text-anchor", "end"}},
        tick.label);
  }
  if (frame.y_title.empty()) return;
  const double x = area.left - y_axis_width(frame.y, frame.y_title) + text_height;
  const double y = area.top + area.height / 2;
  const std::string turned = "rotate(-90 " + coordinate_text(x) + " " + coordinate_text(y) + ")";
  svg.element("text", {{"class", "label"}, {"x", x}, {"y", y}, {"text-anchor", "middle"}, {"transform", turned}},
              frame.y_title);
}

}  // namespace

double text_width(const std::string& text) {
  constexpr double mean_character_width = 0.56;
  return mean_character_width * text_height * static_cast<double>(display_width(text));
}

void open_drawing(MarkupWriter& svg, double width, double height, const std::string& title,
                  const std::string& description) {
  svg.open("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
                   {"viewBox", "0 0 " + coordinate_text(width) + " " + coordinate_text(height)},
                   {"role", "img"}});
  svg.element("title", {}, title).element("desc", {}, description);
}

void draw_axes(MarkupWriter& svg, const PlotFrame& frame) {
  const Box& area = frame.area;
  draw_x_axis(svg, frame);
  draw_y_axis(svg, frame);
  svg.leaf("rect",
           {{"class", "frame"}, {"x", area.left}, {"y", area.top}, {"width", area.width}, {"height", area.height}});
}

double y_axis_width(const AxisScale& y, const std::string& title) {
  double width = 0.0;
  for (const Tick& tick : y.ticks()) width = std::max(width, text_width(tick.label));
  return width + tick_length + label_gap + (title.empty() ? 0.0 : text_height + title_gap);
}

double x_axis_height(const std::string& title) {
  const double labels = tick_length + text_height + label_gap;
  return title.empty() ? labels : labels + text_height + label_gap;
}

double draw_legend(MarkupWriter* svg, const std::vector<LegendEntry>& entries, double left, double top, double width) {
  constexpr double row_height = 18.0;
  constexpr double entry_gap = 16.0;
  double x = left;
  double y = top;
  for (const LegendEntry& entry : entries) {
    const double needed = sample_width + label_gap + text_width(entry.name);
    if (x > left && x + needed > left + width) {
      x = left;
      y += row_height;
    }
    const double middle = y + row_height / 2;
    constexpr double swatch = 12.0;
    if (svg && entry.is_area) {
      svg->leaf("rect", {{"class", entry.style},
                         {"x", x + sample_width - swatch},
                         {"y", middle - swatch / 2},
                         {"width", swatch},
                         {"height", swatch}});
    } else if (svg) {
      svg->leaf("line", {{"class", entry.style}, {"x1", x}, {"y1", middle}, {"x2", x + sample_width}, {"y2", middle}});
    }
    if (svg) {
      svg->element("text",
                   {{"class", "label"}, {"x", x + sample_width + label_gap}, {"y", middle + 0.35 * text_height}},
                   entry.name);
    }
    x += needed + entry_gap;
  }
  return entries.empty() ? 0.0 : y - top + row_height + label_gap;
}

}  // namespace forerun
