#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/forerun/config/config_document.h"
#include "core/base/parameters.h"
#include "solvers/integrators/solver_spec.h"

namespace forerun {

struct RunConfig;

/// The key [coarse] strategy: how the coarse solver is made from the fine one. What [coarse] itself says goes before,
/// the rest follows from the strategy:
///
///   bigger-step    the fine method with a quarter of its steps
///   lower-order    Euler's method, explicit or implicit as the fine one is, with a quarter of its steps
///   coarser-mesh   the fine method with a quarter of its steps on a mesh of every second point
///   simplified     the fine method with a quarter of its steps for the equation with the parameters in `problem`
///   optimised      the integrator of that name with one step, made for the fine solver
///   spectral       the integrator of that name with the modes of the fine solver, for equations u' = A u + b
///   pod            the integrator of that name: a reduced model, on the directions that a run of the fine method with
///   a
///                  quarter of its steps has from the same initial state
///   pinn           likewise, a network in these directions, for equations u' = A u + b
///   operator       the trained network in `file`
///
/// (of a method that chooses its steps, the tolerance with which it takes about a quarter of them).
ParameterSpec strategy_key();

/// The names above.
const std::vector<std::string>& coarse_strategies();
/// The name itself; throws `ParameterError` for one that is none of them, the nearest suggested.
std::string find_strategy(const std::string& name);

/// `fine` with a quarter of its work on a slice: what "bigger-step" is.
SolverSpec rough_version(const SolverSpec& fine);

/// `coarse`, the section's values, with method and keys that follow from its strategy, and from the time, the initial
/// state and the fine solver that `config` has by then. Throws `UsageError` where they do not go together, behind
/// `place` where they are not of [coarse].
Parameters completed_by_strategy(const ConfigDocument& document, const RunConfig& config, Parameters coarse,
                                 const std::string& place = {});

/// The document without its [coarse] section, but for the key `kept`: what another coarse solver starts from.
void remove_coarse(ConfigDocument& document, std::string_view kept = {});

/// The names of files among the section's values, relative to the configuration, made absolute.
Parameters with_absolute_files(const ConfigDocument& document, Parameters coarse);

/// Of a trained network `coarse` gets the file's name as it is from anywhere. Throws `UsageError` where it has no file
/// or an equation of its own, behind `place` where it is not of [coarse].
void find_network_file(const ConfigDocument& document, SolverSpec& coarse, const std::string& place = {});

}  // namespace forerun
