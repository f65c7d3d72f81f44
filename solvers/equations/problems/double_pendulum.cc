#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/problems/problems.h"
#include "solvers/simd/trigonometry.h"

namespace forerun {
namespace {

/// Two equal pendulums, one hanging from the other; angles a, c from the vertical, rates b, e, Δ = a − c:
///
///   a' = b,   b' = q (b² cos Δ sin Δ + e² sin Δ + 2 ω² sin a − ω² cos Δ sin c),
///   c' = e,   e' = q (−2 b² sin Δ − e² sin Δ cos Δ − 2 ω² cos Δ sin a + 2 ω² sin c),   q = −1 / (2 − cos² Δ),
///
/// ω² gravity over length (1 in the published benchmark). State: (a, b, c, e).
struct DoublePendulum : SystemEquation<4> {
  static constexpr std::string_view name = "double_pendulum";

  double gravity;

  explicit DoublePendulum(const Parameters& parameters) : gravity(parameters.number("gravity")) {}

  State initial_state() const { return State{{-0.5, 0.0, 0.0, 0.0}}; }
  StateBounds bounds() const { return {State{{-2.0, -2.5, -17.0, -3.5}}, State{{2.0, 2.5, 1.0, 3.5}}}; }
  StateLayout layout() const { return component_layout({"angle a", "rate b", "angle c", "rate e"}, {0, 2}); }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    const SinCos<Scalar> upper = sin_cos(u[0]);
    const SinCos<Scalar> lower = sin_cos(u[2]);
    // Of Δ by the addition theorems: cheaper than another sine and cosine.
    const Scalar sine = upper.sin * lower.cos - upper.cos * lower.sin;
    const Scalar cosine = upper.cos * lower.cos + upper.sin * lower.sin;
    const Scalar upper_pull = gravity * upper.sin;
    const Scalar lower_pull = gravity * lower.sin;
    const Scalar upper_spin = u[1] * u[1] * sine;
    const Scalar lower_spin = u[3] * u[3] * sine;
    const Scalar q = -1.0 / (2.0 - cosine * cosine);
    du[0] = u[1];
    du[1] = q * (cosine * (upper_spin - lower_pull) + lower_spin + 2.0 * upper_pull);
    du[2] = u[3];
    du[3] = q * (2.0 * (lower_pull - upper_spin) - cosine * (lower_spin + 2.0 * upper_pull));
  }
};

}  // namespace

ProblemEntry double_pendulum_problem() {
  return make_entry<DoublePendulum>(
      "two equal pendulums, one hanging from the other; state (angle, rate, angle, rate)",
      {positive_parameter("gravity", 1.0, "gravity over the length of a pendulum", "1/s^2")});
}

}  // namespace forerun
