#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/problems/problems.h"

namespace forerun {
namespace {

/// Lorenz (1963): convection reduced to three modes,
///
///   x' = σ (y − x),   y' = x (ρ − z) − y,   z' = x y − β z.
struct Lorenz : SystemEquation<3> {
  static constexpr std::string_view name = "lorenz";

  double sigma;
  double rho;
  double beta;

  explicit Lorenz(const Parameters& parameters)
      : sigma(parameters.number("sigma")), rho(parameters.number("rho")), beta(parameters.number("beta")) {}

  State initial_state() const { return State{{-15.0, -15.0, 20.0}}; }
  StateBounds bounds() const { return {State{{-17.1, -23.0, 6.0}}, State{{18.1, 25.0, 45.0}}}; }
  StateLayout layout() const { return component_layout({"x", "y", "z"}, {0, 2}); }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    du[0] = sigma * (u[1] - u[0]);
    du[1] = u[0] * (rho - u[2]) - u[1];
    du[2] = u[0] * u[1] - beta * u[2];
  }
};

}  // namespace

ProblemEntry lorenz_problem() {
  return make_entry<Lorenz>("x' = sigma (y - x), y' = x (rho - z) - y, z' = x y - beta z",
                            {real_parameter("sigma", 10.0, "Prandtl number"),
                             real_parameter("rho", 28.0, "Rayleigh number over its critical value"),
                             real_parameter("beta", 8.0 / 3.0, "aspect ratio of the convection cells")});
}

}  // namespace forerun
