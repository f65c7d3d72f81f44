#include <limits>

#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/problems/problems.h"

namespace forerun {
namespace {

/// A Hopf bifurcation passed through as time goes by; time is the third component, so the system is autonomous:
///
///   x' = −y + x (τ/T − x² − y²),   y' = x + y (τ/T − x² − y²),   τ' = 1.
///
/// The spiral into the origin turns into a growing limit cycle at τ = 0.
struct Hopf : SystemEquation<3> {
  static constexpr std::string_view name = "hopf";
  static constexpr double default_begin = -20.0;
  static constexpr Index time_component = 2;

  double ramp_time;

  explicit Hopf(const Parameters& parameters) : ramp_time(parameters.number("ramp_time")) {}

  State initial_state() const { return State{{0.1, 0.1, default_begin}}; }
  StateBounds bounds() const { return {State{{-23.0, -23.0, 0.0}}, State{{23.0, 23.0, 1.0}}}; }
  StateBounds range() const {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return {State{{-23.0, -23.0, -infinity}}, State{{23.0, 23.0, infinity}}};
  }
  StateLayout layout() const { return component_layout({"x", "y", "time"}); }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    const Scalar growth = (1.0 / ramp_time) * u[2] - u[0] * u[0] - u[1] * u[1];
    du[0] = u[0] * growth - u[1];
    du[1] = u[1] * growth + u[0];
    du[2] = broadcast<Scalar>(1.0);
  }
};

}  // namespace

ProblemEntry hopf_problem() {
  return make_entry<Hopf>("x' = -y + x (s/T - x^2 - y^2), y' = x + y (s/T - x^2 - y^2), s' = 1",
                          {positive_parameter("ramp_time", 500.0, "time T in which the growth rate rises by 1", "s")});
}

}  // namespace forerun
