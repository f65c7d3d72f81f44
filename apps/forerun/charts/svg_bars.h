#pragma once

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
  };
  std::vector<Part> parts;
  struct Bar {
    std::string name;
    std::vector<double> lengths;  ///< ≥ 0, one a part
    std::string total;            ///< in words
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
  double width = 980.0;
};
std::string cell_strip_svg(const CellStrip& strip);

}  // namespace forerun
