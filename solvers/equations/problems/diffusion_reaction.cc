#include <array>

#include "core/base/uniform_noise.h"
#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/problems/problems.h"
#include "solvers/equations/reaction_diffusion.h"

namespace forerun {
namespace {

/// Diffusion–reaction system of FitzHugh–Nagumo type, as in PDEBench (Takamoto et al., 2022):
///
///   u_t = u − u³ − κ − v + D_u Δu,   v_t = u − v + D_v Δv   on [−1, 1]², no flux through the walls,
///
/// on m × m cells of width 2/m with the five-point Laplacian; a wall mirrors its cell, so no difference crosses it.
/// State: u, then v, each row by row; d = 2 m². Initial state: noise, uniform in [0, 1).
struct DiffusionReaction : ReactionDiffusion<DiffusionReaction> {
  static constexpr std::string_view name = "diffusion_reaction";
  static constexpr std::array<std::string_view, 2> mesh_keys{"cells", "cells"};

  Index cells;  ///< m
  double kappa;
  double diffusion_u;  ///< D_u/dx²
  double diffusion_v;  ///< D_v/dx²
  std::uint64_t seed;

  explicit DiffusionReaction(const Parameters& parameters)
      : cells(parameters.integer("cells")),
        kappa(parameters.number("kappa")),
        diffusion_u(parameters.number("diffusivity_u") * inverse_square_width()),
        diffusion_v(parameters.number("diffusivity_v") * inverse_square_width()),
        seed(static_cast<std::uint64_t>(parameters.integer("seed"))) {}

  double inverse_square_width() const { return 0.25 * static_cast<double>(cells * cells); }
  Index dimension() const { return 2 * cells * cells; }
  StateBounds bounds() const { return uniform_bounds(dimension(), -4.0, 4.0); }
  StateLayout layout() const {
    const double wall_distance = 1.0 / static_cast<double>(cells);
    const double last = 1.0 - wall_distance;
    return {{"u", "v"}, {{"y", cells, -last, last}, {"x", cells, -last, last}}};
  }

  State initial_state() const {
    UniformNoise noise(seed);
    State state(dimension());
    for (double& value : state) value = noise.next();
    return state;
  }

  template <bool reacts, class Scalar>
  FORERUN_INLINE void in_each_cell(const Scalar* u, Scalar* du) const {
    in_each_cell_of_square<BeyondEdges::mirror>(
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
    const Scalar laplacian_u = (u[left] + u[right]) + (u[up] + u[down]) - 4.0 * u[i];
    const Scalar laplacian_v = (v[left] + v[right]) + (v[up] + v[down]) - 4.0 * v[i];
    if constexpr (reacts) {
      du[i] = u[i] - u[i] * u[i] * u[i] - kappa - v[i] + diffusion_u * laplacian_u;
      du[num_cells + i] = u[i] - v[i] + diffusion_v * laplacian_v;
    } else {
      du[i] = diffusion_u * laplacian_u;
      du[num_cells + i] = diffusion_v * laplacian_v;
    }
  }
};

}  // namespace

ProblemEntry diffusion_reaction_problem() {
  return make_entry<DiffusionReaction>(
      "u_t = u - u^3 - kappa - v + D_u lap u, v_t = u - v + D_v lap v on [-1, 1]^2, no flux through the walls",
      {integer_parameter("cells", 19, 2, 5000, "cells a side, m; dimension 2 m^2"),
       real_parameter("kappa", 5e-3, "constant sink of u"), positive_parameter("diffusivity_u", 1e-3, "D_u", "m^2/s"),
       positive_parameter("diffusivity_v", 5e-3, "D_v", "m^2/s"), seed_parameter()});
}

}  // namespace forerun
