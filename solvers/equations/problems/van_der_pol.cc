#include <algorithm>

#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/problems/problems.h"

namespace forerun {
namespace {

/// Van der Pol (1926): an oscillator that relaxes slowly and jumps, the more so the larger μ,
///
///   x' = y,   y' = μ (1 − x²) y − x,   from (2, 0).
///
/// For large μ it is stiff with a rate of 3μ while x falls from 2 to 1, which takes about 0.8 μ.
struct VanDerPol : SystemEquation<2> {
  static constexpr std::string_view name = "van_der_pol";

  double mu;

  explicit VanDerPol(const Parameters& parameters) : mu(parameters.number("mu")) {}

  State initial_state() const { return State{{2.0, 0.0}}; }
  /// In a jump y reaches about 4/3 μ.
  StateBounds bounds() const {
    const double speed = std::min(1.5 * mu + 3.0, 1e300);
    return {State{{-2.1, -speed}}, State{{2.1, speed}}};
  }
  StateLayout layout() const { return component_layout({"x", "y"}); }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    du[0] = u[1];
    du[1] = mu * (1.0 - u[0] * u[0]) * u[1] - u[0];
  }

  /// What drives y.
  template <class Scalar>
  FORERUN_INLINE void stiff_rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    du[0] = Scalar(0.0);
    du[1] = mu * (1.0 - u[0] * u[0]) * u[1] - u[0];
  }
};

}  // namespace

ProblemEntry van_der_pol_problem() {
  return make_entry<VanDerPol>("x' = y, y' = mu (1 - x^2) y - x",
                               {positive_parameter("mu", 1000.0, "damping; the larger, the stiffer")});
}

}  // namespace forerun
