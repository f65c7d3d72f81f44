#pragma once

#include <string>
#include <vector>

namespace forerun {

/// Several measures of the same things side by side: a row a thing, a column of bars a measure, each with its value in
/// words at its end and scales of their own. A thing has one colour throughout.
struct MeasureChart {
  std::string title;
  std::string description;
  struct Measure {
    std::string name;
    /// A value to compare with, drawn as a line through all rows; NaN: none.
    double level;
    std::string level_name;
  };
  std::vector<Measure> measures;
  struct Value {
    double length;     ///< ≥ 0; NaN: no bar
    std::string text;  ///< at the bar's end
    double least;      ///< of repetitions, drawn as a whisker from least to most; NaN: none
    double most;
  };
  struct Row {
    std::string name;
    int colour;     ///< 1 … 8, of the style sheet
    bool is_muted;  ///< of what another row beats in everything
    std::vector<Value> values;
  };
  std::vector<Row> rows;
  double width = 980.0;
};

std::string measure_chart_svg(const MeasureChart& chart);

}  // namespace forerun
