#include "solvers/equations/problems/burgers.h"

#include <numbers>

#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/problems/problems.h"

namespace forerun {
namespace {

double spacing(Index points) { return 2.0 / static_cast<double>(points - 1); }

}  // namespace

Burgers::Burgers(const Parameters& parameters)
    : points(parameters.integer("points")),
      wave_number(parameters.number("wave_number")),
      phase(parameters.number("phase")),
      diffusion(parameters.number("viscosity") / (spacing(points) * spacing(points))),
      advection(0.5 / spacing(points)) {}

State Burgers::initial_state() const {
  State u(points);
  for (Index i = 0; i < points; ++i) {
    const double x = -1.0 + spacing(points) * static_cast<double>(i);
    u[i] = 0.5 * (std::cos(wave_number * std::numbers::pi * x + phase) + 1.0);
  }
  return u;
}

std::vector<ParameterSpec> Burgers::parameter_specs() {
  return {integer_parameter("points", 128, 3, 10000000, "grid points, both ends included"),
          positive_parameter("viscosity", 0.01, "nu", "m^2/s"),
          real_parameter("wave_number", 4.5, "half waves per unit length of the initial cosine", "1/m"),
          real_parameter("phase", 0.0, "phase of the initial cosine", "rad")};
}

ProblemEntry burgers_problem() {
  return make_entry<Burgers>("u_t = nu u_xx - u u_x on [-1, 1], periodic", Burgers::parameter_specs());
}

}  // namespace forerun
