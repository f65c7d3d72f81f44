#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/base/state_layout.h"
#include "core/base/state_norm.h"
#include "core/propagation/propagator.h"
#include "solvers/equations/jacobian.h"
#include "solvers/equations/stiff_part.h"
#include "solvers/integrators/solver_spec.h"

namespace forerun {

struct ProblemOrigin;
class SampledSides;

/// An initial-value problem u' = f(t, u), u(t_0) = u_0, with what the algorithm and the learners need to know of it.
///
/// The right-hand side is written once, templated on its scalar (see `rk_propagator.h`); this is the door through which
/// code that does not know the equation's type reaches it.
/// Thread-safety: const members may run concurrently. `make_propagator` throws `ParameterError` ("method") for a method
/// that the equation does not offer, and as `make_variant` (solvers/coarsening/problem_variant.h) does for a solver of
/// another mesh or other parameters.
class OdeProblem {
 public:
  virtual ~OdeProblem() = default;

  /// Equation name as in configurations: "burgers", "lorenz", ….
  virtual std::string name() const = 0;
  virtual Index dimension() const = 0;
  virtual double default_begin() const { return 0.0; }
  /// u_0, for a time that begins at `default_begin`.
  virtual State initial_state() const = 0;
  /// The component of a state that is time itself, where an equation counts it among them.
  virtual std::optional<Index> time_component() const { return std::nullopt; }
  /// Typical range of each component; the published scaling to [−1, 1].
  virtual StateBounds bounds() const = 0;
  /// False: nobody knows how large states are, and `bounds` is no more than a place to begin.
  virtual bool has_bounds() const { return true; }
  /// Range that solutions keep within, roughly, where that is not `bounds`; infinite where it is not known.
  virtual StateBounds range() const { return bounds(); }
  /// How a state is to be looked at.
  virtual StateLayout layout() const { return default_layout(dimension()); }
  /// derivative = f(time, state).
  virtual void evaluate(double time, const StateView& state, StateOut derivative) const = 0;
  /// ∂f/∂u; nullptr where it is not known.
  virtual const Jacobian* jacobian() const { return nullptr; }
  /// What of f is stiff and treated implicitly by IMEX methods; nullptr where the equation does not say so.
  virtual const StiffPart* stiff_part() const { return nullptr; }
  /// These components of f alone; nullptr where they cannot be had: of systems of a few unknowns, of choices that
  /// depend on the state, and of what an equation does not say component by component.
  virtual std::shared_ptr<const SampledSides> sample(std::span<const Index> /*components*/) const { return nullptr; }
  /// f(t, u) = A u with a constant matrix A.
  virtual bool is_linear() const { return false; }
  /// f(t, u) = A u + b with a constant matrix A and vector b.
  virtual bool is_affine() const { return is_linear(); }
  /// What it was made of; nullptr where it cannot be made again with other parameters.
  virtual const ProblemOrigin* origin() const { return nullptr; }
  virtual std::unique_ptr<Propagator> make_propagator(const SolverSpec& spec) const = 0;
};

/// u_0 where time begins at `begin`: the problem's own, its time component (if it has one) being `begin`.
State initial_state_at(const OdeProblem& problem, double begin);

}  // namespace forerun
