#include <array>
#include <cmath>
#include <numbers>

#include "core/base/uniform_noise.h"
#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/problems/double_well.h"
#include "solvers/equations/problems/problems.h"
#include "solvers/equations/reaction_diffusion.h"

namespace forerun {
namespace {

/// Allen and Cahn (1979) in the plane: phases u = ±1 whose border moves by its mean curvature,
///
///   u_t = ε² Δu + u − u³ − λ(t)  on [−1, 1]²,
///
/// on m × m cells of width 2/m with the five-point Laplacian; the square is periodic. λ = 0, or, where mass is
/// conserved (Rubinstein and Sternberg, 1992), the mean of u − u³. Then every component of the right-hand side depends
/// on all others, and so does a Jacobian; the stiff part, diffusion, does not. State: u, row by row; d = m².
///
/// Initial state: noise, `mean` + uniform in [−½, ½); or a disc of the phase 1 of radius `radius` in the other, which
/// shrinks as r(t)² = r(0)² − 2 ε² t where mass is free and stays where it is conserved.
struct AllenCahn2d : ReactionDiffusion<AllenCahn2d> {
  static constexpr std::string_view name = "allen_cahn_2d";
  static constexpr std::array<std::string_view, 2> mesh_keys{"cells", "cells"};

  Index cells;   ///< m
  double width;  ///< ε, of the border between phases
  bool conserves_mass;
  bool begins_as_disc;
  double radius;
  double mean;
  std::uint64_t seed;
  double diffusion;  ///< ε²/dx²

  explicit AllenCahn2d(const Parameters& parameters)
      : cells(parameters.integer("cells")),
        width(parameters.number("eps")),
        conserves_mass(parameters.text("mass") == "conserved"),
        begins_as_disc(parameters.text("initial") == "disc"),
        radius(parameters.number("radius")),
        mean(parameters.number("mean")),
        seed(static_cast<std::uint64_t>(parameters.integer("seed"))),
        diffusion(std::pow(width / spacing(), 2)) {}

  double spacing() const { return 2.0 / static_cast<double>(cells); }
  Index dimension() const { return cells * cells; }
  StateBounds bounds() const { return uniform_bounds(dimension(), -1.0, 1.0); }
  StateLayout layout() const {
    const double last = 1.0 - 0.5 * spacing();
    return {{"u"}, {{"y", cells, -last, last, AxisEnds::periodic}, {"x", cells, -last, last, AxisEnds::periodic}}};
  }
  State initial_state() const { return begins_as_disc ? disc() : noise(); }

  template <bool reacts, class Scalar>
  FORERUN_INLINE void in_each_cell(const Scalar* u, Scalar* du) const {
    Scalar multiplier = broadcast<Scalar>(0.0);
    if constexpr (reacts) {
      if (conserves_mass) multiplier = mean_double_well_force(u, dimension());
    }
    in_each_cell_of_square<BeyondEdges::opposite>(
        cells, [&](Index i, Index left, Index right, Index up, Index down) __attribute__((always_inline)) {
          const Scalar spread = diffusion * ((u[left] + u[right]) + (u[up] + u[down]) - 4.0 * u[i]);
          if constexpr (reacts) {
            du[i] = spread + double_well_force(u[i]) - multiplier;
          } else {
            du[i] = spread;
          }
        });
  }

 private:
  State noise() const {
    UniformNoise draw(seed);
    State state(dimension());
    for (double& value : state) value = mean + draw.next() - 0.5;
    return state;
  }

  /// With the profile of a border at rest across its edge.
  State disc() const {
    const auto at = [&](Index i) { return -1.0 + spacing() * (static_cast<double>(i) + 0.5); };
    State state(dimension());
    for (Index row = 0; row < cells; ++row) {
      for (Index column = 0; column < cells; ++column) {
        state[row * cells + column] =
            std::tanh((radius - std::hypot(at(column), at(row))) / (std::numbers::sqrt2 * width));
      }
    }
    return state;
  }
};

}  // namespace

ProblemEntry allen_cahn_2d_problem() {
  return make_entry<AllenCahn2d>(
      "u_t = eps^2 lap u + u - u^3 (- its mean, where mass is conserved) on the periodic square [-1, 1]^2",
      {integer_parameter("cells", 32, 2, 5000, "cells a side, m; dimension m^2"),
       positive_parameter("eps", 0.1, "width of the border between phases"),
       choice_parameter("mass", {"free", "conserved"}, "whether the mean of u stays what it is"),
       choice_parameter("initial", {"noise", "disc"}, "state that time begins with"),
       positive_parameter("radius", 0.6, "of the disc"), real_parameter("mean", 0.0, "of the noise"),
       seed_parameter()});
}

}  // namespace forerun
