#include "solvers/equation_problem.h"
#include "solvers/parameter_rules.h"
#include "solvers/problems/problems.h"
#include "solvers/uniform_noise.h"

namespace forerun {
namespace {

/// Diffusion–reaction system of FitzHugh–Nagumo type, as in PDEBench (Takamoto et al., 2022):
///
///   u_t = u − u³ − κ − v + D_u Δu,   v_t = u − v + D_v Δv   on [−1, 1]², no flux through the walls,
///
/// on m × m cells of width 2/m with the five-point Laplacian; a wall mirrors its cell, so no difference crosses it.
/// State: u, then v, each row by row; d = 2 m². Initial state: noise, uniform in [0, 1).
struct DiffusionReaction : FieldEquation {
  static constexpr std::string_view name = "diffusion_reaction";

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

  State initial_state() const {
    UniformNoise noise(seed);
    State state(dimension());
    for (double& value : state) value = noise.next();
    return state;
  }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* state, Scalar* derivative) const {
    const Index num_cells = cells * cells;
    const Scalar* u = state;
    const Scalar* v = state + num_cells;
    diffuse(diffusion_u, u, derivative);
    diffuse(diffusion_v, v, derivative + num_cells);
    FORERUN_INDEPENDENT_ITERATIONS
    for (Index i = 0; i < num_cells; ++i) {
      derivative[i] = derivative[i] + (u[i] - u[i] * u[i] * u[i] - kappa - v[i]);
      derivative[num_cells + i] = derivative[num_cells + i] + (u[i] - v[i]);
    }
  }

 private:
  /// out = coefficient · (sum of the four neighbours − 4 w), row by row; beyond a wall is the cell itself.
  template <class Scalar>
  FORERUN_INLINE void diffuse(double coefficient, const Scalar* w, Scalar* out) const {
    const Index last = cells - 1;
    for (Index row = 0; row < cells; ++row) {
      const Scalar* mid = w + row * cells;
      const Scalar* up = row == 0 ? mid : mid - cells;
      const Scalar* down = row == last ? mid : mid + cells;
      Scalar* result = out + row * cells;
      const auto flux = [&](Index left, Index i, Index right) __attribute__((always_inline)) {
        result[i] = coefficient * ((mid[left] + mid[right]) + (up[i] + down[i]) - 4.0 * mid[i]);
      };
      flux(0, 0, 1);
      FORERUN_INDEPENDENT_ITERATIONS
      for (Index i = 1; i < last; ++i) flux(i - 1, i, i + 1);
      flux(last - 1, last, last);
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
