#include "apps/forerun/init/starting_point.h"

#include <algorithm>

namespace forerun {
namespace {

SolverLines steps(const std::string& method, int number) {
  return {{"method", '"' + method + '"'}, {"steps", std::to_string(number)}};
}

SolverLines tolerance(const std::string& method, const std::string& text) {
  return {{"method", '"' + method + '"'}, {"tolerance", text}};
}

/// u' = −u by awk: exactly, or by one step of Euler's method.
SolverLines decay(const std::string& factor) {
  return {{"command", R"(["sh", "-c", "awk -v CONVFMT=%.17g '($1 *= )" + factor +
                          R"() || 1' \"$0\" > \"$1\"", "{input}", "{output}"])"},
          {"format", "\"csv\""}};
}

std::vector<StartingPoint> make_points() {
  return {
      {"allen_cahn", {}, {}, 20.0, 64, tolerance("radau5", "1e-9"), steps("sdirk2", 1), 1e-6, "classic"},
      {"allen_cahn_2d", {}, {}, 20.0, 64, steps("rk4", 20), steps("ars222", 1), 1e-6, "classic"},
      {"brusselator", {}, {}, 100.0, 25, steps("rk4", 1000), steps("rk4", 10)},
      {"brusselator_2d", {}, {}, 10.0, 32, tolerance("dopri5", "1e-9"), steps("rk4", 2), 1e-6},
      {"brusselator_3d", {}, {}, 10.0, 32, tolerance("dopri5", "1e-9"), steps("rk4", 2), 1e-6},
      {"burgers", {}, {}, 5.9, 128, steps("rk8", 200), steps("rk1", 4), 5e-7, "randnet"},
      {"dahlquist", {}, {}, 1.0, 10, steps("backward_euler", 20), steps("backward_euler", 1), 1e-10, "classic"},
      {"diffusion_reaction", {}, {}, 20.0, 64, steps("rk4", 40), steps("rk1", 1), 5e-7, "randnet"},
      {"double_pendulum", {}, {}, 80.0, 32, steps("rk8", 2000), steps("rk1", 97)},
      {"equations", {}, {}, 40.0, 80, steps("rk4", 400), steps("rk2", 2), 1e-6},
      {"external", {}, {}, 1.0, 8, decay("exp({t0} - {t1})"), decay("1 - ({t1} - {t0})"), 1e-4, "classic"},
      {"fitzhugh_nagumo", {}, {}, 40.0, 40, steps("rk4", 1000), steps("rk2", 4)},
      {"heat", {}, {}, 1.0, 32, steps("backward_euler", 20), steps("backward_euler", 1)},
      {"heat_2d", {}, {}, 1.0, 32, steps("radau2", 10), steps("backward_euler", 1)},
      {"hopf", {}, -20.0, 500.0, 32, steps("rk8", 2000), steps("rk1", 64)},
      {"interchange", {}, {}, 12.0, 32, steps("rk4", 4), steps("rk1", 4), 1e-6, "kriging"},
      {"lorenz", {}, {}, 18.0, 50, steps("rk4", 450), steps("rk4", 6)},
      {"oregonator", {}, {}, 360.0, 64, tolerance("radau5", "1e-9"), tolerance("radau5", "1e-6"), 1e-6, "classic"},
      {"robertson", {}, {}, 1e4, 64, tolerance("radau5", "1e-9"), tolerance("radau5", "1e-6"), 1e-6, "classic"},
      {"rossler", {}, {}, 340.0, 40, steps("rk4", 4000), steps("rk4", 80)},
      {"shallow_water", {{"points_x", "51"}, {"points_y", "26"}}, {}, 5.0, 40, steps("rk4", 20), steps("rk1", 6)},
      {"transport", {}, {}, 1.0, 16, steps("rk4", 40), steps("rk4", 4)},
      {"van_der_pol",
       {},
       {},
       2000.0,
       64,
       tolerance("esdirk43", "1e-9"),
       tolerance("esdirk43", "1e-5"),
       1e-6,
       "classic"},
      {"wave", {}, {}, 1.0, 16, steps("rk4", 40), steps("rk4", 4)},
  };
}

}  // namespace

StartingPoint starting_point(const std::string& problem) {
  static const std::vector<StartingPoint> points = make_points();
  const auto known =
      std::find_if(points.begin(), points.end(), [&](const StartingPoint& point) { return point.problem == problem; });
  if (known != points.end()) return *known;
  return {problem, {}, {}, {}, 16, tolerance("dopri5", "1e-9"), tolerance("dopri5", "1e-4")};
}

}  // namespace forerun
