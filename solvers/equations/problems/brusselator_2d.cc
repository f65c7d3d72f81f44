#include <array>
#include <cmath>
#include <numbers>

#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/problems/problems.h"
#include "solvers/equations/reaction_diffusion.h"
#include "solvers/equations/uniform_noise.h"

namespace forerun {
namespace {

/// The Brusselator (Prigogine and Lefever, 1968) with diffusion: an oscillating reaction that forms waves,
///
///   u_t = D_u Δu + A − (B + 1) u + u² v,   v_t = D_v Δv + B u − u² v   on a periodic square,
///
/// of side L, on m × m cells of width h = L/m with the five-point Laplacian. State: u, then v, each row by row; d = 2
/// m². Initial state: rest, u = A and v = B/A, with normal noise of standard deviation 0.1 in v.
struct Brusselator2d : ReactionDiffusion<Brusselator2d> {
  static constexpr std::string_view name = "brusselator_2d";

  Index cells;    ///< m
  double length;  ///< of a side
  double a;
  double b;
  double spread_u;  ///< D_u/h²
  double spread_v;
  std::uint64_t seed;

  explicit Brusselator2d(const Parameters& parameters)
      : cells(parameters.integer("cells")),
        length(parameters.number("length")),
        a(parameters.number("a")),
        b(parameters.number("b")),
        spread_u(parameters.number("diffusivity_u") / (width() * width())),
        spread_v(parameters.number("diffusivity_v") / (width() * width())),
        seed(static_cast<std::uint64_t>(parameters.integer("seed"))) {}

  static constexpr std::array<std::string_view, 2> mesh_keys{"cells", "cells"};

  double width() const { return length / static_cast<double>(cells); }
  Index dimension() const { return 2 * cells * cells; }
  /// Usual values at A = 1, B = 3.
  StateBounds bounds() const {
    StateBounds bounds{State(dimension()), State(dimension())};
    const Index num_cells = cells * cells;
    bounds.lower << State::Constant(num_cells, 0.3), State::Constant(num_cells, 0.8);
    bounds.upper << State::Constant(num_cells, 4.0), State::Constant(num_cells, 5.0);
    return bounds;
  }
  StateLayout layout() const {
    const double first = 0.5 * width(), last = length - first;
    return {{"u", "v"}, {{"y", cells, first, last, AxisEnds::periodic}, {"x", cells, first, last, AxisEnds::periodic}}};
  }

  State initial_state() const {
    constexpr double deviation = 0.1;
    const Index num_cells = cells * cells;
    State state(dimension());
    state.head(num_cells).setConstant(a);
    UniformNoise noise(seed);
    for (double& value : state.tail(num_cells)) {
      // Box and Muller (1958); 1 − [0, 1) keeps the logarithm finite.
      const double radius = std::sqrt(-2.0 * std::log(1.0 - noise.next()));
      value = b / a + deviation * radius * std::cos(2.0 * std::numbers::pi * noise.next());
    }
    return state;
  }

  template <bool reacts, class Scalar>
  FORERUN_INLINE void in_each_cell(const Scalar* u, Scalar* du) const {
    in_each_cell_of_square<BeyondEdges::opposite>(
        cells, [&](Index i, Index left, Index right, Index up, Index down)
                   __attribute__((always_inline)) { change<reacts>(u, du, i, left, right, up, down); });
  }

 private:
  /// Both derivatives in cell i, given the places of its four neighbours.
  template <bool reacts, class Scalar>
  FORERUN_INLINE void change(const Scalar* u, Scalar* du, Index i, Index left, Index right, Index up,
                             Index down) const {
    const Index num_cells = cells * cells;
    const Scalar* v = u + num_cells;
    const Scalar diffusion_u = spread_u * ((u[left] + u[right]) + (u[up] + u[down]) - 4.0 * u[i]);
    const Scalar diffusion_v = spread_v * ((v[left] + v[right]) + (v[up] + v[down]) - 4.0 * v[i]);
    if constexpr (reacts) {
      const Scalar reaction = u[i] * u[i] * v[i];
      du[i] = diffusion_u + a - (b + 1.0) * u[i] + reaction;
      du[num_cells + i] = diffusion_v + b * u[i] - reaction;
    } else {
      du[i] = diffusion_u;
      du[num_cells + i] = diffusion_v;
    }
  }
};

}  // namespace

ProblemEntry brusselator_2d_problem() {
  return make_entry<Brusselator2d>(
      "u_t = D_u lap u + A - (B + 1) u + u^2 v, v_t = D_v lap v + B u - u^2 v on a periodic square",
      {integer_parameter("cells", 16, 2, 5000, "cells a side, m; dimension 2 m^2"),
       positive_parameter("length", 16.0, "L, of a side; cells of width 1 where it is their number"),
       positive_parameter("a", 1.0, "A, feed of u"), positive_parameter("b", 3.0, "B; oscillates above 1 + A^2"),
       positive_parameter("diffusivity_u", 0.01, "D_u"), positive_parameter("diffusivity_v", 0.001, "D_v"),
       seed_parameter()});
}

}  // namespace forerun
