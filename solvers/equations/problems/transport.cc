#include <array>
#include <cmath>
#include <numbers>

#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/problems/problems.h"

namespace forerun {
namespace {

/// Transport around a circle,
///
///   u_t + c u_x = 0  on [0, 1), periodic,   u(x, 0) = sin(2πkx),
///
/// by central differences on d points, dx = 1/d. A sine of mode k stays one and moves at the speed
/// c sin(2πk dx)/(2πk dx); so a solution from one mode stays in a plane. Nothing decays, which is what makes transport
/// hard for Parareal.
struct Transport : FieldEquation {
  static constexpr std::string_view name = "transport";
  static constexpr std::array<std::string_view, 1> mesh_keys{"points"};
  static constexpr bool is_linear = true;

  Index points;
  double mode;
  double advection;  ///< c/(2 dx)

  explicit Transport(const Parameters& parameters)
      : points(parameters.integer("points")),
        mode(static_cast<double>(parameters.integer("mode"))),
        advection(0.5 * parameters.number("speed") * static_cast<double>(points)) {}

  Index dimension() const { return points; }
  State initial_state() const {
    const State x = State::LinSpaced(points, 0.0, static_cast<double>(points - 1)) / static_cast<double>(points);
    return (2.0 * std::numbers::pi * mode * x.array()).sin();
  }
  StateBounds bounds() const { return uniform_bounds(points, -1.0, 1.0); }
  StateLayout layout() const {
    return {{"u"}, {{"x", points, 0.0, 1.0 - 1.0 / static_cast<double>(points), AxisEnds::periodic}}};
  }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    const Index last = points - 1;
    du[0] = advection * (u[last] - u[1]);
    FORERUN_INDEPENDENT_ITERATIONS
    for (Index i = 1; i < last; ++i) du[i] = advection * (u[i - 1] - u[i + 1]);
    du[last] = advection * (u[last - 1] - u[0]);
  }
};

}  // namespace

ProblemEntry transport_problem() {
  return make_entry<Transport>(
      "u_t + c u_x = 0 on [0, 1], periodic",
      {integer_parameter("points", 20, 3, 1000000, "grid points"), real_parameter("speed", 1.0, "c", "m/s"),
       integer_parameter("mode", 1, 1, 1000, "waves of the initial sine")});
}

}  // namespace forerun
