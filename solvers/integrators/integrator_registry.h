#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/parameters.h"
#include "core/propagation/propagator.h"

namespace forerun {

class OdeProblem;
struct SolverSpec;

/// What an integrator asks of an equation beyond its right-hand side.
enum class IntegratorNeeds { nothing, linear, jacobian, stiff_part };

/// For which stiffness steps can be as long as accuracy lets them.
enum class Stability { explicit_steps, real_axis, a_stable, l_stable };

std::string to_string(IntegratorNeeds needs);
std::string to_string(Stability stability);

/// An integrator that can be named in a configuration: all that is known of it without an equation.
struct IntegratorEntry {
  std::string name;  ///< "rk4"
  std::string description;
  int order = 1;
  int stages = 1;         ///< evaluations a step; 0: as many as it takes
  bool adaptive = false;  ///< steps follow a tolerance
  int error_order = 0;    ///< of an adaptive method: the power of the step that a step's estimated error goes with
  Stability stability = Stability::explicit_steps;
  IntegratorNeeds needs = IntegratorNeeds::nothing;
  /// What [fine] and [coarse] may say of it. The first key is the one that refines it: "steps", or "tolerance" where
  /// steps follow one.
  std::vector<ParameterSpec> keys;
  /// Makes it for a problem; empty where every equation compiles it for itself (`EquationProblem`).
  std::function<std::unique_ptr<Propagator>(std::shared_ptr<const OdeProblem>, const SolverSpec&)> make;

  const ParameterSpec& refining_key() const { return keys.front(); }
};

/// Keys of methods with steps of equal length, and of those whose steps follow a tolerance.
ParameterSpec steps_key();
ParameterSpec tolerance_key();

/// All integrators; built once, on first use, thread-safe.
const std::vector<IntegratorEntry>& integrator_registry();
/// The integrator called `name`, or `external_entry()`. Throws `ParameterError` ("method") naming the nearest known
/// integrator.
const IntegratorEntry& find_integrator(const std::string& name);
/// What stands for solvers that are not ours (solvers/external) where an integrator is asked for: not one of the
/// registry, of no order, with one step a slice.
const IntegratorEntry& external_entry();

}  // namespace forerun
