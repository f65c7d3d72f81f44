#include <array>
#include <cmath>
#include <numbers>

#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/problems/problems.h"

namespace forerun {
namespace {

/// Heat conduction in a square plate whose edges are kept at 0,
///
///   u_t = α Δu  on (0, 1)²,   u(x, y, 0) = sin(kπx) sin(kπy) or 16 x(1 − x) y(1 − y),
///
/// by the five-point Laplacian on m × m interior points, dx = 1/(m + 1); state row by row, d = m². A product of sines
/// of mode k decays exactly by exp(−8 α (m + 1)² sin²(kπ/(2(m + 1))) t).
struct Heat2d : FieldEquation {
  static constexpr std::string_view name = "heat_2d";
  static constexpr std::array<std::string_view, 2> mesh_keys{"points", "points"};
  static constexpr bool is_linear = true;

  Index side;  ///< m
  double mode;
  double conduction;  ///< α/dx²
  bool is_sine;

  explicit Heat2d(const Parameters& parameters)
      : side(parameters.integer("points")),
        mode(static_cast<double>(parameters.integer("mode"))),
        conduction(parameters.number("diffusivity") * std::pow(static_cast<double>(side + 1), 2)),
        is_sine(parameters.text("profile") == "sine") {}

  Index dimension() const { return side * side; }
  State initial_state() const {
    const Eigen::ArrayXd x =
        Eigen::ArrayXd::LinSpaced(side, 1.0, static_cast<double>(side)) / static_cast<double>(side + 1);
    const Eigen::ArrayXd sine = (mode * std::numbers::pi * x).sin();
    const Eigen::ArrayXd profile = is_sine ? sine : Eigen::ArrayXd(4.0 * x * (1.0 - x));
    State state(dimension());
    for (Index row = 0; row < side; ++row) state.segment(row * side, side) = profile[row] * profile;
    return state;
  }
  StateBounds bounds() const { return uniform_bounds(dimension(), -1.0, 1.0); }
  StateLayout layout() const {
    const double dx = 1.0 / static_cast<double>(side + 1);
    constexpr AxisEnds ends = AxisEnds::values_beyond_points;
    return {{"u"}, {{"y", side, dx, 1.0 - dx, ends}, {"x", side, dx, 1.0 - dx, ends}}};
  }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    // All inner rows are one long loop; what it gets wrong next to the left and right edges is done again below.
    const Index m = side;
    FORERUN_INDEPENDENT_ITERATIONS
    for (Index i = m; i < m * m - m; ++i) {
      du[i] = conduction * ((u[i - 1] + u[i + 1]) + (u[i - m] + u[i + m]) - 4.0 * u[i]);
    }
    for (Index column = 0; column < m; ++column) {
      change_at_edge(u, du, 0, column);
      change_at_edge(u, du, m - 1, column);
    }
    for (Index row = 1; row + 1 < m; ++row) {
      change_at_edge(u, du, row, 0);
      change_at_edge(u, du, row, m - 1);
    }
  }

  /// All of it.
  template <class Scalar>
  FORERUN_INLINE void stiff_rhs(const Scalar& t, const Scalar* u, Scalar* du) const {
    rhs(t, u, du);
  }

 private:
  template <class Scalar>
  FORERUN_INLINE void change_at_edge(const Scalar* u, Scalar* du, Index row, Index column) const {
    const Index i = row * side + column;
    Scalar sum = -4.0 * u[i];
    if (column > 0) sum = sum + u[i - 1];
    if (column + 1 < side) sum = sum + u[i + 1];
    if (row > 0) sum = sum + u[i - side];
    if (row + 1 < side) sum = sum + u[i + side];
    du[i] = conduction * sum;
  }
};

}  // namespace

ProblemEntry heat_2d_problem() {
  return make_entry<Heat2d>("u_t = alpha lap u on [0, 1]^2, u = 0 at the edges",
                            {integer_parameter("points", 20, 2, 10000, "interior grid points a side, m; dimension m^2"),
                             positive_parameter("diffusivity", 0.1, "alpha", "m^2/s"),
                             choice_parameter("profile", {"sine", "parabola"}, "initial profile, along either axis"),
                             integer_parameter("mode", 1, 1, 1000, "half waves of the sine")});
}

}  // namespace forerun
