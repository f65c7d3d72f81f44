#pragma once

#include "core/base/multiversion.h"

namespace forerun {

/// The right-hand side alone, along the state: what of an equation's kernels is not part of an integrator.
template <class Equation>
struct RightHandSide {
  FORERUN_MULTIVERSION static void evaluate(const Equation& equation, double time, const double* state,
                                            double* derivative) {
    equation.rhs(time, state, derivative);
  }
};

}  // namespace forerun
