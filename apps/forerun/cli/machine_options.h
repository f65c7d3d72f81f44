#pragma once

#include <string>
#include <vector>

#include "apps/forerun/cli/options.h"
#include "core/record/scaling_model.h"

namespace forerun {

/// The machine that is modelled.
struct MachineOptions {
  ScalingOptions scaling;
  std::vector<Index> processors;  ///< empty: not asked for, the command chooses
};

enum class NumberRule { positive, not_negative };

/// The number an option gives, `fallback` where it is not given. Throws `UsageError` unless it is finite and keeps the
/// rule.
double number_option(const ParsedOptions& options, const std::string& name, double fallback, NumberRule rule);

/// --processors, --latency, --bandwidth, --barrier.
std::vector<OptionSpec> machine_option_specs();

/// Throws `UsageError` naming option, value and rule.
MachineOptions make_machine_options(const ParsedOptions& options);

}  // namespace forerun
