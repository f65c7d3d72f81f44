#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/problems/problems.h"

namespace forerun {
namespace {

/// The Brusselator of Prigogine and Lefever (1968): an oscillating chemical reaction,
///
///   x' = A + x² y − (B + 1) x,   y' = B x − x² y.
struct Brusselator : SystemEquation<2> {
  static constexpr std::string_view name = "brusselator";

  double a;
  double b;

  explicit Brusselator(const Parameters& parameters) : a(parameters.number("a")), b(parameters.number("b")) {}

  State initial_state() const { return State{{1.0, 3.07}}; }
  StateBounds bounds() const { return {State{{0.4, 0.9}}, State{{4.0, 5.0}}}; }
  StateLayout layout() const { return component_layout({"x", "y"}); }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    const Scalar autocatalysis = u[0] * u[0] * u[1];
    du[0] = a + autocatalysis - (b + 1.0) * u[0];
    du[1] = b * u[0] - autocatalysis;
  }
};

}  // namespace

ProblemEntry brusselator_problem() {
  return make_entry<Brusselator>("x' = A + x^2 y - (B + 1) x, y' = B x - x^2 y",
                                 {positive_parameter("a", 1.0, "concentration A that feeds x"),
                                  positive_parameter("b", 3.0, "concentration B that turns x into y")});
}

}  // namespace forerun
