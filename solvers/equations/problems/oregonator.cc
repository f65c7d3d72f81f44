#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/problems/problems.h"

namespace forerun {
namespace {

/// The Oregonator of Field and Noyes (1974): the Belousov–Zhabotinskii reaction, whose limit cycle jumps over five
/// orders of magnitude,
///
///   x' = s (y + x (1 − q x − y)),   y' = (z − (1 + x) y) / s,   z' = w (x − z),   from (1, 2, 3).
///
/// Source: Hairer, Wanner, Solving ODEs II, sec. IV.10, with s = 77.27, q = 8.375·10⁻⁶, w = 0.161 on [0, 360].
struct Oregonator : SystemEquation<3> {
  static constexpr std::string_view name = "oregonator";

  double s;
  double q;
  double w;

  explicit Oregonator(const Parameters& parameters)
      : s(parameters.number("s")), q(parameters.number("q")), w(parameters.number("w")) {}

  State initial_state() const { return State{{1.0, 2.0, 3.0}}; }
  StateBounds bounds() const { return {State{{0.0, 0.0, 0.0}}, State{{1.3e5, 2e3, 3.5e4}}}; }
  StateLayout layout() const { return component_layout({"x", "y", "z"}, {0, 2}); }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    du[0] = s * (u[1] + u[0] * (1.0 - q * u[0] - u[1]));
    du[1] = (1.0 / s) * (u[2] - (1.0 + u[0]) * u[1]);
    du[2] = w * (u[0] - u[2]);
  }
};

}  // namespace

ProblemEntry oregonator_problem() {
  return make_entry<Oregonator>("x' = s (y + x (1 - q x - y)), y' = (z - (1 + x) y)/s, z' = w (x - z)",
                                {positive_parameter("s", 77.27, "how much faster x is than y"),
                                 positive_parameter("q", 8.375e-6, "reciprocal of the largest x"),
                                 positive_parameter("w", 0.161, "rate of z", "1/s")});
}

}  // namespace forerun
