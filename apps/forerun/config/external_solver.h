#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/forerun/config/config_document.h"
#include "apps/forerun/run/fine_levels.h"
#include "core/base/parameters.h"
#include "solvers/integrators/solver_spec.h"

namespace forerun {

/// What [fine] and [coarse] may say of a solver that is not Forerun's own: `command`, `worker` or `library`, and what
/// belongs to these. Lists reach the keys as text.
std::vector<ParameterSpec> external_solver_keys();

/// The solver that a section names by these keys; nullopt where it names none. `problem`: the problem's parameters, for
/// placeholders. Throws `UsageError` with place, value and rule; nothing is looked for in files.
std::optional<SolverSpec> read_external_solver(const ConfigDocument& document, const std::string& section,
                                               const Parameters& values, const Parameters& problem);

/// The levels that [fine] gives as a list of tables, `levels = [{command = …}, {command = …}]`, the last the fine
/// solver; nullopt where it gives them otherwise. The section's other keys hold for all of them. Throws as above.
std::optional<FineLevels> read_external_levels(const ConfigDocument& document, const Parameters& values,
                                               const Parameters& problem);

/// The other way round: the section names this solver, and nothing else.
void set_external_solver(ConfigDocument& document, const std::string& section, const ExternalSpec& spec,
                         const std::string& place);

/// A section's lines that are read back as this solver; those that hold for levels as well, alone; a level's table.
std::string external_solver_lines(const ExternalSpec& spec);
std::string external_place_lines(const ExternalSpec& spec);
std::string external_level_table(const ExternalSpec& spec);

}  // namespace forerun
