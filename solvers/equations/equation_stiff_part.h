#pragma once

#include <mutex>

#include "solvers/equations/equation_jacobian.h"
#include "solvers/equations/right_hand_side.h"
#include "solvers/equations/stiff_part.h"
#include "solvers/linear/linearity.h"

namespace forerun {

/// The equation (equation.h) says which part of its right-hand side is stiff.
template <class Equation>
concept StatesStiffPart = requires(const Equation& equation, const double* state, double* derivative) {
  equation.stiff_rhs(0.0, state, derivative);
};

/// u' = g(t, u), g the stiff part of an equation, to be evaluated and differentiated as equations are.
template <StatesStiffPart Equation>
struct StiffEquation {
  static constexpr Index fixed_dimension = Equation::fixed_dimension;

  Equation equation;

  Index dimension() const { return equation.dimension(); }
  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& t, const Scalar* u, Scalar* du) const {
    equation.stiff_rhs(t, u, du);
  }
};

/// The stiff part that an equation states, with its Jacobian. Whether that is constant is found when first asked for.
template <StatesStiffPart Equation>
class EquationStiffPart final : public StiffPart {
 public:
  explicit EquationStiffPart(const Equation& equation) : stiff_{equation}, jacobian_(stiff_) {}

  void evaluate(double time, const StateView& state, StateOut derivative) const override {
    RightHandSide<StiffEquation<Equation>>::evaluate(stiff_, time, state.data(), derivative.data());
  }
  const Jacobian& jacobian() const override { return jacobian_; }
  bool has_constant_jacobian() const override {
    if constexpr (requires { stiff_.equation.has_constant_stiff_jacobian(); }) {
      return stiff_.equation.has_constant_stiff_jacobian();
    } else {
      std::call_once(linearity_found_, [this] { is_affine_ = linearity_of(stiff_).is_affine(); });
      return is_affine_;
    }
  }

 private:
  StiffEquation<Equation> stiff_;
  EquationJacobian<StiffEquation<Equation>> jacobian_;
  mutable std::once_flag linearity_found_;
  mutable bool is_affine_ = false;
};

}  // namespace forerun
