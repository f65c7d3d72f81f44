#pragma once

#include "solvers/equations/jacobian.h"

namespace forerun {

/// The stiff part g of a right-hand side f(t, u) = g(t, u) + r(t, u), which an IMEX method treats implicitly; the rest
/// r = f − g explicitly. Deterministic; const members may run on many threads.
class StiffPart {
 public:
  virtual ~StiffPart() = default;

  /// derivative = g(time, state).
  virtual void evaluate(double time, const StateView& state, StateOut derivative) const = 0;
  /// ∂g/∂u.
  virtual const Jacobian& jacobian() const = 0;
  /// ∂g/∂u is the same matrix at all times and states, so factors serve a whole run.
  virtual bool has_constant_jacobian() const = 0;
};

}  // namespace forerun
