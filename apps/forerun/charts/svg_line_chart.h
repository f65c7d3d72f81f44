#pragma once

#include <string>
#include <vector>

#include "apps/forerun/charts/svg_plot.h"

namespace forerun {

struct ChartPoint {
  double x;
  double y;
};

/// A line through points. Points that the axes cannot show (not finite; not positive, on logarithms) break it.
struct ChartSeries {
  std::string name;  ///< empty: not in the legend
  int colour = 1;    ///< 1 … 8, of the style sheet
  std::vector<ChartPoint> points;
  bool dashed = false;
  bool markers = true;  ///< drawn where there are few points; their shape goes with the colour
  bool stepped = false;
  bool muted = false;     ///< of what others beat
  bool connected = true;  ///< false: marks alone
  double mark = 3.0;      ///< half a mark's width
};

/// A horizontal line at a value that means something, with its name.
struct ChartLevel {
  std::string name;
  double y;
};

struct ChartAxis {
  std::string title;
  bool logarithmic = false;
  bool from_zero = false;  ///< a linear axis that begins at 0
  bool whole = false;      ///< of things that are counted: ticks are whole numbers
};

struct LineChart {
  std::string title;
  std::string description;
  ChartAxis x;
  ChartAxis y;
  std::vector<ChartSeries> series;
  std::vector<ChartLevel> levels = {};
  double width = 480.0;
  double height = 300.0;  ///< without the legend
  bool direct = false;    ///< names stand at the ends of their lines, in place of a legend
};

/// The chart as <svg>; a sentence in it where there is nothing to show. Cost: linear in the points; lines of more than
/// a few thousand points are thinned to every k-th.
std::string line_chart_svg(const LineChart& chart);

}  // namespace forerun
