#include <array>
#include <cmath>
#include <numbers>

#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/problems/problems.h"

namespace forerun {
namespace {

/// Shallow water over a flat bottom, not in conservative form: elevation η, velocities u and v,
///
///   η_t = −H (u_x + v_y) − u η_x − η u_x − v η_y − η v_y,
///   u_t = ν Δu − u u_x − v u_y − g η_x − b u,      v_t = ν Δv − u v_x − v v_y − g η_y − b v
///
/// on [−5, 5] × [0, 5], from a drop η = a e^{−r²/(2 w²)} on water at rest, r from (x₀, y₀), by default that of the
/// normal density N((2.5, 1.25), 0.25 I); central differences on vertices, walls included. At a wall the derivative of
/// η along its normal is 0, and u and v are taken to be 0 outside. State: η, u, v, each row by row (y), x running
/// fastest.
struct ShallowWater : FieldEquation {
  static constexpr std::string_view name = "shallow_water";
  static constexpr std::array<std::string_view, 2> mesh_keys{"points_y", "points_x"};
  static constexpr double left = -5.0;
  static constexpr double right = 5.0;
  static constexpr double bottom = 0.0;
  static constexpr double top = 5.0;

  Index columns;  ///< points along x
  Index rows;     ///< points along y
  double depth;
  double gravity;
  double friction;
  double drop_x;
  double drop_y;
  double drop_height;
  double drop_width;
  double diffusion_x;   ///< ν/dx²
  double diffusion_y;   ///< ν/dy²
  double difference_x;  ///< 1/(2 dx)
  double difference_y;

  explicit ShallowWater(const Parameters& parameters)
      : columns(parameters.integer("points_x")),
        rows(parameters.integer("points_y")),
        depth(parameters.number("depth")),
        gravity(parameters.number("gravity")),
        friction(parameters.number("friction")),
        drop_x(parameters.number("drop_x")),
        drop_y(parameters.number("drop_y")),
        drop_height(parameters.number("drop_height")),
        drop_width(parameters.number("drop_width")) {
    const double dx = (right - left) / static_cast<double>(columns - 1);
    const double dy = (top - bottom) / static_cast<double>(rows - 1);
    const double viscosity = parameters.number("viscosity");
    diffusion_x = viscosity / (dx * dx);
    diffusion_y = viscosity / (dy * dy);
    difference_x = 0.5 / dx;
    difference_y = 0.5 / dy;
  }

  Index num_points() const { return columns * rows; }
  Index dimension() const { return 3 * num_points(); }
  /// The published runs are not scaled.
  StateBounds bounds() const { return uniform_bounds(dimension(), -1.0, 1.0); }
  StateBounds range() const { return uniform_bounds(dimension(), -5.0, 5.0); }
  StateLayout layout() const {
    constexpr AxisEnds ends = AxisEnds::walls_at_points;
    return {{"eta", "u", "v"}, {{"y", rows, bottom, top, ends}, {"x", columns, left, right, ends}}};
  }

  State initial_state() const {
    State state = State::Zero(dimension());
    for (Index row = 0; row < rows; ++row) {
      const double y = bottom + (top - bottom) * static_cast<double>(row) / static_cast<double>(rows - 1) - drop_y;
      for (Index column = 0; column < columns; ++column) {
        const double x =
            left + (right - left) * static_cast<double>(column) / static_cast<double>(columns - 1) - drop_x;
        state[row * columns + column] = drop_height * std::exp(-(x * x + y * y) / (2.0 * drop_width * drop_width));
      }
    }
    return state;
  }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* state, Scalar* derivative) const {
    // All inner rows are one long loop; what it gets wrong next to the left and right walls is done again below.
    const Index n = num_points();
    const Index last = n - columns;
    FORERUN_INDEPENDENT_ITERATIONS
    for (Index i = columns; i < last; ++i) {
      change(state, derivative, i, around(state, i), around(state + n, i), around(state + 2 * n, i));
    }
    for (Index column = 0; column < columns; ++column) {
      change_at_wall(state, derivative, 0, column);
      change_at_wall(state, derivative, rows - 1, column);
    }
    for (Index row = 1; row + 1 < rows; ++row) {
      change_at_wall(state, derivative, row, 0);
      change_at_wall(state, derivative, row, columns - 1);
    }
  }

 private:
  template <class Scalar>
  struct Neighbours {
    Scalar left, right, below, above;
  };

  template <class Scalar>
  FORERUN_INLINE Neighbours<Scalar> around(const Scalar* field, Index i) const {
    return {field[i - 1], field[i + 1], field[i - columns], field[i + columns]};
  }

  /// All three derivatives at point i.
  template <class Scalar>
  FORERUN_INLINE void change(const Scalar* state, Scalar* derivative, Index i, const Neighbours<Scalar>& near_eta,
                             const Neighbours<Scalar>& near_u, const Neighbours<Scalar>& near_v) const {
    const Index n = num_points();
    const Scalar eta = state[i], u = state[n + i], v = state[2 * n + i];
    const Scalar eta_x = slope_x(near_eta), eta_y = slope_y(near_eta);
    const Scalar u_x = slope_x(near_u), v_y = slope_y(near_v);
    derivative[i] = -(depth + eta) * (u_x + v_y) - u * eta_x - v * eta_y;
    derivative[n + i] = laplacian(near_u, u) - u * u_x - v * slope_y(near_u) - gravity * eta_x - friction * u;
    derivative[2 * n + i] = laplacian(near_v, v) - u * slope_x(near_v) - v * v_y - gravity * eta_y - friction * v;
  }

  template <class Scalar>
  FORERUN_INLINE void change_at_wall(const Scalar* state, Scalar* derivative, Index row, Index column) const {
    const Index i = row * columns + column;
    const bool has_left = column > 0, has_right = column + 1 < columns, has_below = row > 0, has_above = row + 1 < rows;
    const auto zero_outside = [&](const Scalar* field) {
      return Neighbours<Scalar>{has_left ? field[i - 1] : Scalar(0.0), has_right ? field[i + 1] : Scalar(0.0),
                                has_below ? field[i - columns] : Scalar(0.0),
                                has_above ? field[i + columns] : Scalar(0.0)};
    };
    Neighbours<Scalar> near_eta = zero_outside(state);
    if (!has_left || !has_right) near_eta.left = near_eta.right;
    if (!has_below || !has_above) near_eta.below = near_eta.above;
    change(state, derivative, i, near_eta, zero_outside(state + num_points()), zero_outside(state + 2 * num_points()));
  }

  template <class Scalar>
  FORERUN_INLINE Scalar slope_x(const Neighbours<Scalar>& near) const {
    return difference_x * (near.right - near.left);
  }
  template <class Scalar>
  FORERUN_INLINE Scalar slope_y(const Neighbours<Scalar>& near) const {
    return difference_y * (near.above - near.below);
  }
  template <class Scalar>
  FORERUN_INLINE Scalar laplacian(const Neighbours<Scalar>& near, const Scalar& here) const {
    return diffusion_x * (near.left + near.right - 2.0 * here) + diffusion_y * (near.below + near.above - 2.0 * here);
  }
};

}  // namespace

ProblemEntry shallow_water_problem() {
  return make_entry<ShallowWater>(
      "eta_t = -H (u_x + v_y) - u eta_x - eta u_x - v eta_y - eta v_y, u_t = nu lap u - u u_x - v u_y - g eta_x - b u, "
      "v_t likewise, on [-5, 5] x [0, 5] with walls",
      {integer_parameter("points_x", 101, 3, 10000, "points along x, walls included; dimension 3 points_x points_y"),
       integer_parameter("points_y", 51, 3, 10000, "points along y"),
       positive_parameter("depth", 0.5, "H at rest", "m"), positive_parameter("gravity", 9.80665, "g", "m/s^2"),
       real_parameter("friction", 0.01, "b, of the bottom", "1/s"), positive_parameter("viscosity", 0.1, "nu", "m^2/s"),
       real_parameter("drop_x", 2.5, "middle of the drop that the water begins with", "m"),
       real_parameter("drop_y", 1.25, "the same along y", "m"),
       real_parameter("drop_height", 2.0 / std::numbers::pi, "of its middle above the water at rest", "m"),
       positive_parameter("drop_width", 0.5, "standard deviation of its normal curve", "m")});
}

}  // namespace forerun
