#pragma once

#include <string>
#include <vector>

#include "core/base/state.h"

namespace forerun {

/// Values on a rectangle as colours, with axes.
struct HeatMapPanel {
  std::string title;  ///< above the panel; may be empty
  States values;      ///< row 0 at the lower end of y, column 0 at the left end of x
};

struct HeatMapAxis {
  std::string title;
  double begin;
  double end;
};

/// Panels of the same axes, row by row, with one bar that says what the colours mean.
struct HeatMap {
  std::string title;
  std::string description;
  HeatMapAxis x;
  HeatMapAxis y;
  std::vector<HeatMapPanel> panels;
  int columns = 1;
  std::string unit;          ///< what the colours show, along the bar
  bool logarithmic = false;  ///< values that are not positive have no colour
  double width = 480.0;
  double panel_height = 240.0;
};

/// The heat map as <svg>. Large panels are thinned: at most 400 × 400 values are drawn of a single panel, less of many.
std::string heat_map_svg(const HeatMap& map);

}  // namespace forerun
