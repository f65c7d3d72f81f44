#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/problems/problems.h"

namespace forerun {
namespace {

/// Robertson (1966): three chemical reactions whose rates differ by nine orders of magnitude,
///
///   x' = −a x + b y z,   y' = a x − b y z − c y²,   z' = c y²,   from (1, 0, 0).
///
/// x + y + z stays 1; y stays small. Source: Hairer, Wanner, Solving ODEs II, sec. IV.1.
struct Robertson : SystemEquation<3> {
  static constexpr std::string_view name = "robertson";

  double a;
  double b;
  double c;

  explicit Robertson(const Parameters& parameters)
      : a(parameters.number("a")), b(parameters.number("b")), c(parameters.number("c")) {}

  State initial_state() const { return State{{1.0, 0.0, 0.0}}; }
  StateBounds bounds() const { return {State{{0.0, 0.0, 0.0}}, State{{1.0, 4e-5, 1.0}}}; }
  StateLayout layout() const { return component_layout({"x", "y", "z"}, {0, 1}); }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    const Scalar forth = a * u[0] - b * u[1] * u[2];
    const Scalar fast = c * u[1] * u[1];
    du[0] = -forth;
    du[1] = forth - fast;
    du[2] = fast;
  }
};

}  // namespace

ProblemEntry robertson_problem() {
  return make_entry<Robertson>("x' = -a x + b y z, y' = a x - b y z - c y^2, z' = c y^2",
                               {positive_parameter("a", 0.04, "rate of the slow reaction", "1/s"),
                                positive_parameter("b", 1e4, "rate of the fast one"),
                                positive_parameter("c", 3e7, "rate of the very fast one")});
}

}  // namespace forerun
