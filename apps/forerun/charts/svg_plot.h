#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/forerun/charts/svg_markup.h"
#include "apps/forerun/charts/svg_scale.h"

namespace forerun {

/// Sizes in units of the drawing, in which text is 12 high. Colours and text styles are classes that the page's style
/// sheet (html_style.h) gives for light, dark and printed pages.
struct Box {
  double left;
  double top;
  double width;
  double height;

  double right() const { return left + width; }
  double bottom() const { return top + height; }
};

constexpr double text_height = 12.0;
/// About the width of a text: no fonts are measured here.
double text_width(const std::string& text);

/// Begins a drawing <svg>, with a title and a description for those who cannot see it; `close()` ends it.
void open_drawing(MarkupWriter& svg, double width, double height, const std::string& title,
                  const std::string& description);

/// A frame with two axes around `area`: grid lines, ticks with labels, titles.
struct PlotFrame {
  Box area;
  AxisScale x;
  AxisScale y;
  std::string x_title;
  std::string y_title;
  bool grid = true;

  double x_of(double value) const { return area.left + area.width * x.position(value); }
  double y_of(double value) const { return area.bottom() - area.height * y.position(value); }
};
void draw_axes(MarkupWriter& svg, const PlotFrame& frame);

/// Room that the labels and the title of a y axis need, of an x axis likewise.
double y_axis_width(const AxisScale& y, const std::string& title);
double x_axis_height(const std::string& title);

/// One entry of a legend: a sample of the line and its name.
struct LegendEntry {
  std::string name;
  std::string style;  ///< classes of the sample
  bool is_area = false;
};
/// Draws entries in as many rows as `width` takes; returns the height taken. Without `svg` it is only measured.
double draw_legend(MarkupWriter* svg, const std::vector<LegendEntry>& entries, double left, double top, double width);

}  // namespace forerun
