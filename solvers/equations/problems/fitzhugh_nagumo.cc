#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/problems/problems.h"

namespace forerun {
namespace {

/// FitzHugh (1961), Nagumo et al. (1962): a firing neuron, x its voltage, y its recovery,
///
///   x' = c (x − x³/3 + y),   y' = −(x − a + b y) / c.
struct FitzhughNagumo : SystemEquation<2> {
  static constexpr std::string_view name = "fitzhugh_nagumo";

  double a;
  double b;
  double c;

  explicit FitzhughNagumo(const Parameters& parameters)
      : a(parameters.number("a")), b(parameters.number("b")), c(parameters.number("c")) {}

  State initial_state() const { return State{{-1.0, 1.0}}; }
  StateBounds bounds() const { return {State{{-2.0, -1.0}}, State{{2.1, 1.2}}}; }
  StateLayout layout() const { return component_layout({"x", "y"}); }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    const Scalar cubic = u[0] * u[0] * u[0] * (1.0 / 3.0);
    du[0] = c * (u[0] - cubic + u[1]);
    du[1] = (-1.0 / c) * (u[0] - a + b * u[1]);
  }
};

}  // namespace

ProblemEntry fitzhugh_nagumo_problem() {
  return make_entry<FitzhughNagumo>(
      "x' = c (x - x^3/3 + y), y' = -(x - a + b y)/c",
      {real_parameter("a", 0.2, "rest value of the voltage"), real_parameter("b", 0.2, "damping of the recovery"),
       positive_parameter("c", 3.0, "how much faster the voltage is")});
}

}  // namespace forerun
