#include <algorithm>
#include <utility>
#include <vector>

#include "solvers/equations/equation_problem.h"
#include "solvers/integrators/reduced/reduced_equation.h"

namespace forerun {
namespace {

/// `count` numbers of the calling thread.
template <class Scalar>
Scalar* scratch(Index count) {
  thread_local std::vector<Scalar> numbers;
  if (static_cast<Index>(numbers.size()) < count) numbers.resize(static_cast<std::size_t>(count));
  return numbers.data();
}

/// out += matrix · in, or out = …; column by column, so that numbers beside each other are computed side by side.
template <class Scalar>
FORERUN_INLINE void add_product(const States& matrix, const Scalar* in, Scalar* out) {
  const Index rows = matrix.rows();
  for (Index j = 0; j < matrix.cols(); ++j) {
    const double* const column = matrix.data() + j * rows;
    const Scalar factor = in[j];
    FORERUN_INDEPENDENT_ITERATIONS
    for (Index i = 0; i < rows; ++i) out[i] = out[i] + column[i] * factor;
  }
}

/// What of a reduced equation its right-hand side needs.
struct ReducedSides : FieldEquation {
  static constexpr std::string_view name = "reduced";

  std::shared_ptr<const ReducedEquation> equation;
  bool has_constant = true;

  Index dimension() const { return equation->dimension(); }
  State initial_state() const { return equation->basis.transpose() * equation->mean; }
  StateBounds bounds() const {
    const double size = std::max(equation->mean.norm(), 1e-300);
    return uniform_bounds(dimension(), -size, size);
  }
  StateBounds range() const { return unlimited_range(dimension()); }
  bool is_found_affine() const { return equation->is_affine; }
  bool is_found_linear() const { return is_found_affine() && (!has_constant || equation->constant.isZero(0.0)); }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& t, const Scalar* y, Scalar* dy) const {
    const Index r = dimension();
    for (Index i = 0; i < r; ++i) dy[i] = broadcast<Scalar>(has_constant ? equation->constant[i] : 0.0);
    add_product(equation->linear, y, dy);
    const InterpolatedSides& interpolated = equation->interpolated;
    if (!interpolated.sides) return;
    const SampledSides& sides = *interpolated.sides;
    const Index num_inputs = interpolated.to_inputs.rows();
    Scalar* const inputs = scratch<Scalar>(num_inputs + sides.num_outputs() + sides.scratch_size());
    Scalar* const values = inputs + num_inputs;
    std::fill(inputs, values, broadcast<Scalar>(0.0));
    add_product(interpolated.to_inputs, y, inputs);
    sides.evaluate(t, static_cast<const Scalar*>(inputs), values, values + sides.num_outputs());
    add_product(interpolated.from_places, static_cast<const Scalar*>(values), dy);
  }
};

std::unique_ptr<OdeProblem> make(std::shared_ptr<const ReducedEquation> equation, bool has_constant) {
  ReducedSides sides;
  sides.equation = std::move(equation);
  sides.has_constant = has_constant;
  return std::make_unique<EquationProblem<ReducedSides>>(std::move(sides));
}

}  // namespace

std::unique_ptr<OdeProblem> make_reduced_problem(std::shared_ptr<const ReducedEquation> equation) {
  return make(std::move(equation), true);
}

std::unique_ptr<OdeProblem> make_homogeneous_reduced_problem(std::shared_ptr<const ReducedEquation> equation) {
  return make(std::move(equation), false);
}

}  // namespace forerun
