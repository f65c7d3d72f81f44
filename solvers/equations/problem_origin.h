#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/parameters.h"

namespace forerun {

class OdeProblem;

/// What a problem was made of, so that the same equation can be made again with other parameters: on a coarser mesh,
/// or with simpler physics.
struct ProblemOrigin {
  Parameters parameters;
  /// The parameter that says how many points an axis has, for each axis of the layout; empty: no mesh, or none that
  /// can be changed.
  std::vector<std::string> mesh_keys;
  std::function<std::unique_ptr<OdeProblem>(const Parameters&)> make;
};

}  // namespace forerun
