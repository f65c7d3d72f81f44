#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "core/base/uniform_noise.h"
#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/problems/problems.h"

namespace forerun {
namespace {

/// Initial profiles on (0, 1) that vanish at its ends, with values in [−1, 1].
State heat_profile(const Parameters& parameters, Index points) {
  constexpr double pi = std::numbers::pi;
  const State x = State::LinSpaced(points, 1.0, static_cast<double>(points)) / static_cast<double>(points + 1);
  const std::string& profile = parameters.text("profile");
  const double mode = static_cast<double>(parameters.integer("mode"));
  if (profile == "sine") return (mode * pi * x.array()).sin();
  if (profile == "hat") return (1.0 - (2.0 * x.array() - 1.0).abs());
  // random: sine modes 1 … mode with coefficients uniform in [−1, 1), divided by their number.
  UniformNoise noise(static_cast<std::uint64_t>(parameters.integer("seed")));
  State sum = State::Zero(points);
  for (double k = 1.0; k <= mode; ++k) sum.array() += (2.0 * noise.next() - 1.0) * (k * pi * x.array()).sin();
  return sum / mode;
}

/// Heat conduction in a rod with both ends kept at 0,
///
///   u_t = α u_xx  on (0, 1),   u(0, t) = u(1, t) = 0,
///
/// by second-order central differences on d interior points, dx = 1/(d + 1). The sine of mode k decays exactly by
/// exp(−4 α (d + 1)² sin²(kπ/(2(d + 1))) t), which tends to exp(−α k² π² t).
struct Heat : FieldEquation {
  static constexpr std::string_view name = "heat";
  static constexpr std::array<std::string_view, 1> mesh_keys{"points"};
  static constexpr bool is_linear = true;

  Index points;
  double conduction;  ///< α/dx²
  State initial;

  explicit Heat(const Parameters& parameters)
      : points(parameters.integer("points")),
        conduction(parameters.number("diffusivity") * std::pow(static_cast<double>(points + 1), 2)),
        initial(heat_profile(parameters, points)) {}

  Index dimension() const { return points; }
  State initial_state() const { return initial; }
  StateBounds bounds() const { return uniform_bounds(points, -1.0, 1.0); }
  StateLayout layout() const {
    const double dx = 1.0 / static_cast<double>(points + 1);
    return {{"u"}, {{"x", points, dx, 1.0 - dx, AxisEnds::values_beyond_points}}};
  }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    const Index last = points - 1;
    du[0] = conduction * (u[1] - 2.0 * u[0]);
    FORERUN_INDEPENDENT_ITERATIONS
    for (Index i = 1; i < last; ++i) du[i] = conduction * (u[i - 1] - 2.0 * u[i] + u[i + 1]);
    du[last] = conduction * (u[last - 1] - 2.0 * u[last]);
  }

  /// All of it.
  template <class Scalar>
  FORERUN_INLINE void stiff_rhs(const Scalar& t, const Scalar* u, Scalar* du) const {
    rhs(t, u, du);
  }
};

}  // namespace

ProblemEntry heat_problem() {
  return make_entry<Heat>(
      "u_t = alpha u_xx on [0, 1], u = 0 at both ends",
      {integer_parameter("points", 99, 2, 1000000, "interior grid points"),
       positive_parameter("diffusivity", 0.1, "alpha", "m^2/s"),
       choice_parameter("profile", {"sine", "hat", "random"}, "initial profile; random is a sum of sines"),
       integer_parameter("mode", 1, 1, 1000, "half waves of the sine; sines in the sum of a random profile"),
       seed_parameter()});
}

}  // namespace forerun
