// The command line of Forerun with an equation of your own.
#include "apps/forerun/forerun_main.h"
#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/register_problem.h"

struct Duffing : forerun::SystemEquation<2> {
  static constexpr std::string_view name = "duffing";
  double damping;

  explicit Duffing(const forerun::Parameters& values) : damping(values.number("damping")) {}
  forerun::State initial_state() const { return forerun::State{{1.5, 0.0}}; }
  forerun::StateBounds bounds() const { return forerun::uniform_bounds(2, -2.0, 2.0); }
  template <class Scalar>
  void rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    du[0] = u[1];
    du[1] = u[0] - u[0] * u[0] * u[0] - damping * u[1];
  }
};

int main(int argc, char** argv) {
  forerun::register_problem(forerun::make_entry<Duffing>(
      "u'' = u - u^3 - damping u'", {forerun::positive_parameter("damping", 0.1, "of the motion")}));
  return forerun::forerun_main(argc, argv);
}
