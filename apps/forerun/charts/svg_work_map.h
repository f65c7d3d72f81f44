#pragma once

#include <string>
#include <vector>

#include "core/base/state.h"

namespace forerun {

/// What was done on each slice in each iteration: slices to the right, iterations downwards, neighbours of the same
/// kind as one bar.
struct WorkMap {
  std::string title;
  std::string description;
  std::string x_title;
  std::string y_title;
  struct Kind {
    std::string name;
    std::string style;  ///< classes of the style sheet
  };
  std::vector<Kind> kinds;
  struct Part {
    Index first;
    Index count;
    std::size_t kind;
  };
  std::vector<std::vector<Part>> rows;  ///< one an iteration, from the first on
  Index num_slices = 1;
  double width = 480.0;
};

/// The map as <svg>. Of more than 200 iterations every k-th is drawn.
std::string work_map_svg(const WorkMap& map);

}  // namespace forerun
