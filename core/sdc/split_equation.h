#pragma once

#include "core/base/state.h"

namespace forerun {

/// u' = e(t, u) + g(t, u), e treated explicitly and g implicitly; either may be missing.
///
/// What spectral deferred corrections know of an equation. Deterministic: results depend on the arguments alone. Const
/// members may run on many threads. They may throw; what is not finite is seen by whoever asked.
class SplitEquation {
 public:
  virtual ~SplitEquation() = default;

  virtual Index dimension() const = 0;
  virtual bool has_explicit_part() const = 0;
  virtual bool has_implicit_part() const = 0;

  /// slope = e(time, state), slope = g(time, state). A part that is missing is not asked for.
  virtual void evaluate_explicit(double time, const StateView& state, StateOut slope) const = 0;
  virtual void evaluate_implicit(double time, const StateView& state, StateOut slope) const = 0;
  /// Solves u − factor · g(time, u) = base for u = `state`, which holds a guess; factor > 0. False where it cannot.
  [[nodiscard]] virtual bool solve_implicit(double time, double factor, const StateView& base,
                                            StateOut state) const = 0;
};

}  // namespace forerun
