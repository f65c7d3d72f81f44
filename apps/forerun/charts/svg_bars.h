#pragma once

#include <map>
#include <string>
#include <vector>

namespace forerun {

/// Horizontal bars made of parts, each with its total in words at its end.
struct StackedBars {
  std::string title;
  std::string description;
  std::string x_title;
  struct Part {
    std::string name;
    int colour;  ///< 1 … 8, of the style sheet
    std::string shade =
        {};  ///< where bars have colours of their own: "", "shade3", "shade2", "shade1" are paler and paler
  };
  std::vector<Part> parts;
  struct Bar {
    std::string name;
    std::vector<double> lengths;  ///< ≥ 0, one a part
    std::string total;            ///< in words
    std::string style = {};       ///< the colour of all its parts, which differ by their shades then: "c1", "ink"
  };
  std::vector<Bar> bars;
  double width = 980.0;
};
std::string stacked_bars_svg(const StackedBars& chart);

/// Rows of cells, one a column from 1: which of a few things it was in each iteration.
struct CellStrip {
  std::string title;
  std::string description;
  std::string x_title;
  struct Row {
    std::string name;
    std::vector<std::string> kinds;   ///< one a column; equal kinds have equal colours
    std::vector<std::string> labels;  ///< written into the cells where there is room; may be empty
  };
  std::vector<Row> rows;
  std::map<std::string, int> colours = {};  ///< of kinds; of those that are not named in the order of their appearance
  double width = 980.0;
};
std::string cell_strip_svg(const CellStrip& strip);

}  // namespace forerun
