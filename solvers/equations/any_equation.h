#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "solvers/equations/equation.h"
#include "solvers/equations/right_hand_side.h"

namespace forerun {

/// An equation (equation.h) whose dimension is known when running and whose type is not, so that explicit integrators
/// are compiled once for all of them. `Base` is `FieldEquation` or `OpenSystemEquation`.
///
/// Evaluating f costs one indirect call, some nanoseconds, beside loops over the state; the bits are those of the
/// equation itself. Small systems of fixed dimension keep their types: they live in registers, where a call would cost
/// more than f. Copies share the equation. Thread-safe as the equation is.
template <class Base>
class AnyEquation : public Base {
 public:
  template <class Equation>
  requires std::is_base_of_v<Base, Equation>
  explicit AnyEquation(std::shared_ptr<const Equation> equation)
      : dimension_(equation->dimension()), on_numbers_(&evaluate<Equation, double>) {
    if constexpr (Base::advances_in_lanes) {
      on_quads_ = &evaluate<Equation, Quad>;
      on_lanes_ = &evaluate<Equation, Lanes>;
    }
    equation_ = std::move(equation);
  }

  Index dimension() const { return dimension_; }

  void rhs(const double& t, const double* u, double* du) const { on_numbers_(equation_.get(), t, u, du); }
  void rhs(const Quad& t, const Quad* u, Quad* du) const { on_quads_(equation_.get(), t, u, du); }
  void rhs(const Lanes& t, const Lanes* u, Lanes* du) const { on_lanes_(equation_.get(), t, u, du); }

 private:
  template <class Scalar>
  using Evaluation = void (*)(const void* equation, const Scalar& t, const Scalar* u, Scalar* du);

  template <class Equation, class Scalar>
  static void evaluate(const void* equation, const Scalar& t, const Scalar* u, Scalar* du) {
    RightHandSide<Equation, Scalar>::evaluate(*static_cast<const Equation*>(equation), t, u, du);
  }

  std::shared_ptr<const void> equation_;
  Index dimension_;
  Evaluation<double> on_numbers_;
  Evaluation<Quad> on_quads_ = nullptr;
  Evaluation<Lanes> on_lanes_ = nullptr;
};

using AnyField = AnyEquation<FieldEquation>;
using AnySystem = AnyEquation<OpenSystemEquation>;

}  // namespace forerun
