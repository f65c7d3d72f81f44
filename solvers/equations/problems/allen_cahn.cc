#include <array>
#include <cmath>
#include <numbers>

#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/problems/double_well.h"
#include "solvers/equations/problems/problems.h"
#include "solvers/equations/reaction_diffusion.h"

namespace forerun {
namespace {

/// Allen and Cahn (1979): two phases, u = ±1, that separate at once and then merge ever more slowly,
///
///   u_t = ε² u_xx + u − u³ − λ(t)  on [−1, 1],   u(x, 0) = 0.1 + ½ cos(πx) − 0.4 cos(4πx),
///
/// on d cells of width 2/d by central differences; the ends are neighbours (periodic) or mirrors (neumann). λ = 0, or
/// the mean of u − u³ where mass is conserved (Rubinstein and Sternberg, 1992).
struct AllenCahn : ReactionDiffusion<AllenCahn> {
  static constexpr std::string_view name = "allen_cahn";
  static constexpr std::array<std::string_view, 1> mesh_keys{"points"};

  Index points;
  double diffusion;  ///< ε²/dx²
  bool is_periodic;
  bool conserves_mass;

  explicit AllenCahn(const Parameters& parameters)
      : points(parameters.integer("points")),
        diffusion(std::pow(0.5 * parameters.number("eps") * static_cast<double>(points), 2)),
        is_periodic(parameters.text("boundary") == "periodic"),
        conserves_mass(parameters.text("mass") == "conserved") {}

  Index dimension() const { return points; }
  State initial_state() const {
    constexpr double pi = std::numbers::pi;
    const double dx = 2.0 / static_cast<double>(points);
    const State x = State::LinSpaced(points, -1.0 + 0.5 * dx, 1.0 - 0.5 * dx);
    return 0.1 + 0.5 * (pi * x.array()).cos() - 0.4 * (4.0 * pi * x.array()).cos();
  }
  StateBounds bounds() const { return uniform_bounds(points, -1.0, 1.0); }
  StateLayout layout() const {
    const double end = 1.0 - 1.0 / static_cast<double>(points);
    return {{"u"}, {{"x", points, -end, end, is_periodic ? AxisEnds::periodic : AxisEnds::walls_beyond_cells}}};
  }

  template <bool reacts, class Scalar>
  FORERUN_INLINE void in_each_cell(const Scalar* u, Scalar* du) const {
    Scalar multiplier = broadcast<Scalar>(0.0);
    if constexpr (reacts) {
      if (conserves_mass) multiplier = mean_double_well_force(u, points);
    }
    const auto change = [&](const Scalar& left, const Scalar& mid, const Scalar& right) __attribute__((always_inline)) {
      const Scalar spread = diffusion * (left - 2.0 * mid + right);
      if constexpr (reacts) return spread + mid - mid * mid * mid - multiplier;
      return spread;
    };
    const Index last = points - 1;
    du[0] = change(u[is_periodic ? last : 0], u[0], u[1]);
    FORERUN_INDEPENDENT_ITERATIONS
    for (Index i = 1; i < last; ++i) du[i] = change(u[i - 1], u[i], u[i + 1]);
    du[last] = change(u[last - 1], u[last], u[is_periodic ? 0 : last]);
  }
};

}  // namespace

ProblemEntry allen_cahn_problem() {
  return make_entry<AllenCahn>(
      "u_t = eps^2 u_xx + u - u^3 (- its mean, where mass is conserved) on [-1, 1]",
      {integer_parameter("points", 200, 3, 10000000, "cells"),
       positive_parameter("eps", 0.05, "width of the layers between phases"),
       choice_parameter("boundary", {"periodic", "neumann"}, "what is at the ends"),
       choice_parameter("mass", {"free", "conserved"}, "whether the mean of u stays what it is")});
}

}  // namespace forerun
