#pragma once

#include <vector>

#include "core/base/parameters.h"
#include "core/paraexp/paraexp.h"

namespace forerun {

/// ParaExp as [method] configures it: parts of the grid are crossed by [fine], what they end with is carried on by the
/// exponential.
struct ParaexpSettings {
  ParaexpOptions options;
  double tolerance = 1e-9;  ///< of the exponential, each time it crosses a slice

  static std::vector<ParameterSpec> parameter_specs();
  static ParaexpSettings from_parameters(const Parameters& parameters);
};

}  // namespace forerun
