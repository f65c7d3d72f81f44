#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/problems/problems.h"

namespace forerun {
namespace {

/// Rössler (1976): the simplest continuous chaos,
///
///   x' = −y − z,   y' = x + a y,   z' = b + z (x − c).
struct Rossler : SystemEquation<3> {
  static constexpr std::string_view name = "rossler";

  double a;
  double b;
  double c;

  explicit Rossler(const Parameters& parameters)
      : a(parameters.number("a")), b(parameters.number("b")), c(parameters.number("c")) {}

  State initial_state() const { return State{{0.0, -6.78, 0.02}}; }
  StateBounds bounds() const { return {State{{-10.0, -11.0, 0.0}}, State{{12.0, 8.0, 23.0}}}; }
  StateLayout layout() const { return component_layout({"x", "y", "z"}); }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    du[0] = -u[1] - u[2];
    du[1] = u[0] + a * u[1];
    du[2] = b + u[2] * (u[0] - c);
  }
};

}  // namespace

ProblemEntry rossler_problem() {
  return make_entry<Rossler>(
      "x' = -y - z, y' = x + a y, z' = b + z (x - c)",
      {real_parameter("a", 0.2, "growth of the outward spiral"), real_parameter("b", 0.2, "source of z"),
       real_parameter("c", 5.7, "value of x beyond which z grows")});
}

}  // namespace forerun
