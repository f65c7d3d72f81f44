#include <array>
#include <cmath>
#include <numbers>

#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/problems/problems.h"

namespace forerun {
namespace {

/// A string with fixed ends, released at rest,
///
///   u_tt = c² u_xx  on (0, 1),   u(0, t) = u(1, t) = 0,   u(x, 0) = 4x(1 − x) or sin(kπx),
///
/// as the system u' = v, v' = c² u_xx by central differences on p interior points, dx = 1/(p + 1). State: all u, then
/// all v. A sine of mode k swings at the frequency 2 c (p + 1) sin(kπ/(2(p + 1))); energy is conserved.
struct Wave : FieldEquation {
  static constexpr std::string_view name = "wave";
  static constexpr std::array<std::string_view, 1> mesh_keys{"points"};
  static constexpr bool is_linear = true;

  Index points;
  double mode;
  double speed;
  double stiffness;  ///< c²/dx²
  bool is_sine;

  explicit Wave(const Parameters& parameters)
      : points(parameters.integer("points")),
        mode(static_cast<double>(parameters.integer("mode"))),
        speed(parameters.number("speed")),
        stiffness(std::pow(speed * static_cast<double>(points + 1), 2)),
        is_sine(parameters.text("profile") == "sine") {}

  Index dimension() const { return 2 * points; }
  State initial_state() const {
    const State x = State::LinSpaced(points, 1.0, static_cast<double>(points)) / static_cast<double>(points + 1);
    State state = State::Zero(2 * points);
    if (is_sine) {
      state.head(points) = (mode * std::numbers::pi * x.array()).sin();
    } else {
      state.head(points) = 4.0 * x.array() * (1.0 - x.array());
    }
    return state;
  }
  StateBounds bounds() const {
    // |u_t| ≤ c |u_x| of the initial profile on either side, by d'Alembert's formula.
    const double steepness = is_sine ? mode * std::numbers::pi : 4.0;
    StateBounds bounds = uniform_bounds(2 * points, -1.0, 1.0);
    bounds.lower.tail(points).setConstant(-speed * steepness);
    bounds.upper.tail(points).setConstant(speed * steepness);
    return bounds;
  }
  StateLayout layout() const {
    const double dx = 1.0 / static_cast<double>(points + 1);
    return {{"u", "v"}, {{"x", points, dx, 1.0 - dx, AxisEnds::values_beyond_points}}};
  }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* state, Scalar* derivative) const {
    const Scalar* u = state;
    const Scalar* v = state + points;
    Scalar* du = derivative;
    Scalar* dv = derivative + points;
    const Index last = points - 1;
    FORERUN_INDEPENDENT_ITERATIONS
    for (Index i = 0; i < points; ++i) du[i] = v[i];
    dv[0] = stiffness * (u[1] - 2.0 * u[0]);
    FORERUN_INDEPENDENT_ITERATIONS
    for (Index i = 1; i < last; ++i) dv[i] = stiffness * (u[i - 1] - 2.0 * u[i] + u[i + 1]);
    dv[last] = stiffness * (u[last - 1] - 2.0 * u[last]);
  }
};

}  // namespace

ProblemEntry wave_problem() {
  return make_entry<Wave>("u_tt = c^2 u_xx on [0, 1], u = 0 at both ends, as u' = v, v' = c^2 u_xx",
                          {integer_parameter("points", 20, 2, 1000000, "interior grid points"),
                           positive_parameter("speed", 1.0, "c", "m/s"),
                           choice_parameter("profile", {"parabola", "sine"}, "initial shape: 4x(1-x) or a sine"),
                           integer_parameter("mode", 1, 1, 1000, "half waves of the sine")});
}

}  // namespace forerun
