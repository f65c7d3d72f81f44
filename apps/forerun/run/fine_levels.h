#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/forerun/config/config_document.h"
#include "core/base/parameters.h"
#include "solvers/integrators/solver_spec.h"

namespace forerun {

struct RunConfig;

/// The fidelity ladder of a configuration, [fine] levels: "auto", or step counts a slice like [16, 64, 256], or
/// tolerances like [1e-3, 1e-6, 1e-9] of a method whose steps follow one; or tables of these with coarser meshes and
/// other parameters of the equation, [{steps = 16, coarsening = 2}, {steps = 64}]; below the last also with `strategy`
/// or `method` and whatever else [coarse] may say of a solver, [{strategy = "pod"}, {steps = 64}].
struct FineLevels {
  bool automatic = false;           ///< the levels below the top are still to be chosen by measuring
  std::vector<SolverSpec> solvers;  ///< cheapest first; the last is the fine solver; a single one is no ladder

  bool is_ladder() const { return automatic || solvers.size() > 1; }
};

/// The key's specification; arrays reach it as text.
ParameterSpec levels_key();

/// Reads `method`, its keys and `levels` of [fine], whose last ends the others' need to be given; `config` has problem
/// and time by then. Throws `UsageError` with place, value and rule.
FineLevels read_fine_levels(const ConfigDocument& document, const RunConfig& config, const Parameters& fine);

/// "[16, 64, 256]", tables where meshes or parameters differ, the tables of solvers that are not ours, or "\"auto\"" as
/// long as they are still to be chosen.
std::string levels_text(const FineLevels& levels);

}  // namespace forerun
