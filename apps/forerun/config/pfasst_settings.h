#pragma once

#include <vector>

#include "core/pfasst/pfasst_options.h"

namespace forerun {

/// PFASST as [method] configures it. Its finest level is [fine], the next [coarse]; those that follow have about half
/// the nodes and, where [coarse] has a coarser mesh, one as much coarser again.
struct PfasstSettings {
  PfasstOptions options;
  Index levels = 2;
  Index sweeps = 1;         ///< a visit, on all levels but the coarsest
  Index coarse_sweeps = 1;  ///< a visit, on that

  static std::vector<ParameterSpec> parameter_specs();
  static PfasstSettings from_parameters(const Parameters& parameters);
};

}  // namespace forerun
