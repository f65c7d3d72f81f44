#pragma once

#include <optional>
#include <string>

#include "solvers/equations/ode_problem.h"
#include "solvers/equations/problem_registry.h"

namespace forerun {

/// A problem of which only the size is known: its solvers, its initial state and, if at all, its bounds come from
/// outside. It offers no integrators and cannot be evaluated.
class ExternalProblem final : public OdeProblem {
 public:
  /// Throws `ParameterError` unless dimension ≥ 1 and `bounds`, if there are any, are of that size, finite and in
  /// order.
  ExternalProblem(Index dimension, std::optional<StateBounds> bounds);

  std::string name() const override;
  Index dimension() const override { return dimension_; }
  /// Without bounds there is none of its own: a run has to be given one.
  State initial_state() const override { return State::Zero(dimension_); }
  StateBounds bounds() const override;
  bool has_bounds() const override { return bounds_.has_value(); }
  StateBounds range() const override;
  /// Throws std::logic_error.
  void evaluate(double time, const StateView& state, StateOut derivative) const override;
  /// Throws `ParameterError`: it offers none.
  std::unique_ptr<Propagator> make_propagator(const SolverSpec& spec) const override;

 private:
  Index dimension_;
  std::optional<StateBounds> bounds_;
};

/// Its entry among the problems that a configuration can name: "external", with `dimension` and `bounds`.
const ProblemEntry& external_problem();

}  // namespace forerun
