#pragma once

#include <optional>
#include <vector>

#include "apps/forerun/options.h"
#include "core/scaling_model.h"

namespace forerun {

/// The machine that a model speaks of.
struct MachineOptions {
  ScalingOptions scaling;
  std::vector<Index> processors;  ///< empty: not asked for, the command chooses
};

/// --processors, --latency, --bandwidth, --barrier.
std::vector<OptionSpec> machine_option_specs();

/// Throws `UsageError` naming option, value and rule.
MachineOptions make_machine_options(const ParsedOptions& options);

}  // namespace forerun
