#pragma once

#include "core/base/multiversion.h"

namespace forerun {

/// The right-hand side alone: what of an equation's kernels is not part of an integrator. `Scalar` as for equations
/// (equation.h).
template <class Equation, class Scalar = double>
struct RightHandSide {
  FORERUN_MULTIVERSION static void evaluate(const Equation& equation, const Scalar& time, const Scalar* state,
                                            Scalar* derivative) {
    equation.rhs(time, state, derivative);
  }
};

}  // namespace forerun
