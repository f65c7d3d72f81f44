#pragma once

#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/parameters.h"
#include "core/base/state.h"
#include "solvers/external/external_spec.h"
#include "solvers/integrators/integrator_registry.h"

namespace forerun {

/// How a slice is crossed: an integrator of the registry with values for its keys; or a solver that is not ours.
///
///   SolverSpec("rk4", 16)          16 steps of equal length
///   SolverSpec("dopri5", 1e-9)     steps that follow a tolerance
///
/// It may do so with another equation than the one that is solved: on a coarser mesh (`mesh_keys()`), or with other
/// parameters (`problem`). That is the solver's own business; whoever calls it sees states of the equation's mesh.
///
/// Construction throws `ParameterError` for a method that does not exist ("method") and for a value against its key's
/// rule, also where a method takes no such value ("steps", "tolerance").
struct SolverSpec {
  std::string method;
  Parameters options;  ///< of the method's keys and `mesh_keys()`
  /// Parameters of the equation that are others for this solver, in the order of their names.
  std::map<std::string, ParameterValue> problem = {};
  /// With the method "external": the solver. Its work is that of one step.
  std::optional<ExternalSpec> external = {};

  SolverSpec() : SolverSpec("rk4") {}
  explicit SolverSpec(const std::string& name);  ///< keys at their defaults
  explicit SolverSpec(ExternalSpec solver);
  template <std::integral Integer>
  SolverSpec(const std::string& name, Integer steps) : SolverSpec(name) {
    options.set("steps", static_cast<std::int64_t>(steps));
  }
  template <std::floating_point Number>
  SolverSpec(const std::string& name, Number tolerance) : SolverSpec(name) {
    options.set("tolerance", static_cast<double>(tolerance));
  }

  const IntegratorEntry& entry() const { return find_integrator(method); }
  bool is_adaptive() const { return entry().adaptive; }
  /// How many times as far apart points are as those of the states; 1: the states' own mesh.
  Index coarsening() const;
  /// The equation is made again for this solver.
  bool is_of_variant() const { return coarsening() > 1 || !problem.empty(); }
  /// The solver on the equation itself.
  SolverSpec without_variant() const;
  /// Steps a slice; 1 for a method that chooses its steps.
  Index steps() const;
  /// Of a step's error, in the scaled state; 0 where steps are equal.
  double tolerance() const;
  /// The value of the key that refines the method.
  const ParameterValue& refinement() const { return options.value(entry().refining_key().name); }
  void refine_to(const ParameterValue& value) { options.set(entry().refining_key().name, value); }

  /// The same method with the same values, whether given or by default.
  bool operator==(const SolverSpec& other) const;
};

/// Keys of every integrator: `coarsening`, and how states are carried to the coarser mesh and back, `restriction` and
/// `interpolation`.
const std::vector<ParameterSpec>& mesh_keys();

/// True of methods that choose their steps by a tolerance; false of names that no integrator has.
bool is_adaptive(const std::string& method);

/// How fine a solver is, in a number that its work on a slice is about proportional to: its steps, or
/// tolerance^{−1/q}, rounded, ≥ 1, q being the method's `error_order`.
Index fineness(const SolverSpec& spec);
/// The same solver made so fine: as many steps; or the tolerance times (fineness before / fineness)^q, at most ½.
SolverSpec with_fineness(SolverSpec spec, Index fineness);

/// "rk4 x 16", "dopri5 to 1e-09", further keys that are not at their defaults behind, and parameters of the equation
/// that are others, "rk4 x 16, coarsening = 2, problem.viscosity = 0.05": as signatures have it. Of an
/// external solver what external_spec.h says.
std::string to_text(const SolverSpec& spec);
/// What `to_text` has written of an integrator. Throws std::invalid_argument.
SolverSpec parse_solver(const std::string& text);

}  // namespace forerun
