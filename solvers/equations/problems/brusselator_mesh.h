#pragma once

#include <array>
#include <cmath>
#include <numbers>

#include "core/base/uniform_noise.h"
#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/reaction_diffusion.h"

namespace forerun {

/// The Brusselator (Prigogine and Lefever, 1968) with diffusion: an oscillating reaction that forms waves,
///
///   u_t = D_u Δu + A − (B + 1) u + u² v,   v_t = D_v Δv + B u − u² v   on a periodic square or cube,
///
/// of side L, on cells of width h = L/m, m a side, with the five- or seven-point Laplacian. State: u, then v, each row
/// by row, x running fastest; d = 2 m² or 2 m³. Initial state: rest, u = A and v = B/A, with normal noise of standard
/// deviation 0.1 in v.
template <int axes>
struct BrusselatorOnMesh : ReactionDiffusion<BrusselatorOnMesh<axes>> {
  static_assert(axes == 2 || axes == 3);
  static constexpr std::string_view name = axes == 2 ? "brusselator_2d" : "brusselator_3d";

  Index cells;    ///< m
  double length;  ///< of a side
  double a;
  double b;
  double spread_u;  ///< D_u/h²
  double spread_v;
  std::uint64_t seed;

  explicit BrusselatorOnMesh(const Parameters& parameters)
      : cells(parameters.integer("cells")),
        length(parameters.number("length")),
        a(parameters.number("a")),
        b(parameters.number("b")),
        spread_u(parameters.number("diffusivity_u") / (width() * width())),
        spread_v(parameters.number("diffusivity_v") / (width() * width())),
        seed(static_cast<std::uint64_t>(parameters.integer("seed"))) {}

  static constexpr std::array<std::string_view, axes> mesh_keys = [] {
    std::array<std::string_view, axes> keys;
    keys.fill("cells");
    return keys;
  }();

  double width() const { return length / static_cast<double>(cells); }
  Index num_cells() const { return axes == 2 ? cells * cells : cells * cells * cells; }
  Index dimension() const { return 2 * num_cells(); }
  /// Usual values at A = 1, B = 3.
  StateBounds bounds() const {
    StateBounds bounds{State(dimension()), State(dimension())};
    bounds.lower << State::Constant(num_cells(), 0.3), State::Constant(num_cells(), 0.8);
    bounds.upper << State::Constant(num_cells(), 4.0), State::Constant(num_cells(), 5.0);
    return bounds;
  }
  StateLayout layout() const {
    const double first = 0.5 * width(), last = length - first;
    StateLayout layout{{"u", "v"}, {}};
    if (axes == 3) layout.axes.push_back({"z", cells, first, last, AxisEnds::periodic});
    layout.axes.push_back({"y", cells, first, last, AxisEnds::periodic});
    layout.axes.push_back({"x", cells, first, last, AxisEnds::periodic});
    return layout;
  }

  State initial_state() const {
    constexpr double deviation = 0.1;
    State state(dimension());
    state.head(num_cells()).setConstant(a);
    UniformNoise noise(seed);
    for (double& value : state.tail(num_cells())) {
      // Box and Muller (1958); 1 − [0, 1) keeps the logarithm finite.
      const double radius = std::sqrt(-2.0 * std::log(1.0 - noise.next()));
      value = b / a + deviation * radius * std::cos(2.0 * std::numbers::pi * noise.next());
    }
    return state;
  }

  template <bool reacts, class Scalar>
  FORERUN_INLINE void in_each_cell(const Scalar* u, Scalar* du) const {
    const Scalar* const v = u + num_cells();
    Scalar* const dv = du + num_cells();
    if constexpr (axes == 2) {
      in_each_cell_of_square<BeyondEdges::opposite>(
          cells, [&](Index i, Index left, Index right, Index up, Index down) __attribute__((always_inline)) {
            const Scalar diffusion_u = spread_u * ((u[left] + u[right]) + (u[up] + u[down]) - 4.0 * u[i]);
            const Scalar diffusion_v = spread_v * ((v[left] + v[right]) + (v[up] + v[down]) - 4.0 * v[i]);
            change<reacts>(u[i], v[i], diffusion_u, diffusion_v, du[i], dv[i]);
          });
    } else {
      in_each_cell_of_cube<BeyondEdges::opposite>(
          cells, [&](Index i, Index left, Index right, Index up, Index down, Index front, Index back)
                     __attribute__((always_inline)) {
                       const Scalar around_u = (u[left] + u[right]) + (u[up] + u[down]) + (u[front] + u[back]);
                       const Scalar around_v = (v[left] + v[right]) + (v[up] + v[down]) + (v[front] + v[back]);
                       const Scalar diffusion_u = spread_u * (around_u - 6.0 * u[i]);
                       const Scalar diffusion_v = spread_v * (around_v - 6.0 * v[i]);
                       change<reacts>(u[i], v[i], diffusion_u, diffusion_v, du[i], dv[i]);
                     });
    }
  }

 private:
  /// Both derivatives in a cell.
  template <bool reacts, class Scalar>
  FORERUN_INLINE void change(const Scalar& u, const Scalar& v, const Scalar& diffusion_u, const Scalar& diffusion_v,
                             Scalar& du, Scalar& dv) const {
    if constexpr (reacts) {
      const Scalar reaction = u * u * v;
      du = diffusion_u + a - (b + 1.0) * u + reaction;
      dv = diffusion_v + b * u - reaction;
    } else {
      du = diffusion_u;
      dv = diffusion_v;
    }
  }
};

/// The parameters of either, `cells` by default and at most.
inline std::vector<ParameterSpec> brusselator_parameters(std::int64_t cells, std::int64_t most, double length,
                                                         std::string dimension) {
  return {integer_parameter("cells", cells, 2, most, "cells a side, m; dimension " + std::move(dimension)),
          positive_parameter("length", length, "L, of a side; cells of width 1 where it is their number"),
          positive_parameter("a", 1.0, "A, feed of u"),
          positive_parameter("b", 3.0, "B; oscillates above 1 + A^2"),
          positive_parameter("diffusivity_u", 0.01, "D_u"),
          positive_parameter("diffusivity_v", 0.001, "D_v"),
          seed_parameter()};
}

}  // namespace forerun
