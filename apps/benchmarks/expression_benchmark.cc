/// What equations as expressions cost beside the built-in ones: the fine sweeps of lane_benchmark.cc on one thread.
///
///   * Lorenz, RK4 × 450 and FitzHugh–Nagumo: sixty-four slices in lanes.
///   * Burgers, d = 128, RK8 × 20, and diffusion–reaction, 19² and 77² cells, RK4 × 20.
///
/// items_per_second counts slices. Both give the same numbers to rounding
/// (tests/solvers/expressions/built_in_equations_test.cc).

#include <benchmark/benchmark.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/time_grid.h"
#include "solvers/equations/problem_registry.h"
#include "solvers/expressions/equations_spec.h"

namespace forerun {
namespace {

constexpr Index num_slices = 64;

std::unique_ptr<OdeProblem> built_in(const std::string& name, const std::vector<NamedValue>& values = {}) {
  Parameters parameters(find_problem(name).parameters);
  for (const auto& [key, value] : values) parameters.set(key, value);
  return find_problem(name).make(parameters);
}

std::unique_ptr<OdeProblem> as_expressions(const std::vector<NamedValue>& given) {
  Parameters parameters(equation_parameter_specs(given));
  for (const auto& [key, value] : given) parameters.set(key, value);
  return find_problem("equations").make(parameters);
}

ParameterValue text(const char* words) { return std::string(words); }

std::unique_ptr<OdeProblem> lorenz_expressions() {
  return as_expressions({{"parameters.sigma", 10.0},
                         {"parameters.rho", 28.0},
                         {"parameters.beta", 8.0 / 3.0},
                         {"x.initial", -15.0},
                         {"x.rhs", text("sigma*(y - x)")},
                         {"y.initial", -15.0},
                         {"y.rhs", text("x*(rho - z) - y")},
                         {"z.initial", 20.0},
                         {"z.rhs", text("x*y - beta*z")}});
}

std::unique_ptr<OdeProblem> fitzhugh_nagumo_expressions() {
  return as_expressions({{"parameters.a", 0.2},
                         {"parameters.c", 3.0},
                         {"x.initial", -1.0},
                         {"x.rhs", text("c*(x - x^3/3 + y)")},
                         {"y.initial", 1.0},
                         {"y.rhs", text("-(x - a + a*y)/c")}});
}

std::unique_ptr<OdeProblem> burgers_expressions() {
  return as_expressions({{"mesh.x.from", -1.0},
                         {"mesh.x.to", 1.0},
                         {"mesh.x.points", std::int64_t{128}},
                         {"mesh.x.boundary", text("periodic")},
                         {"parameters.nu", 0.01},
                         {"u.initial", text("0.5*(cos(4.5*pi*x) + 1)")},
                         {"u.rhs", text("nu*dxx(u) - u*dx(u)")}});
}

std::unique_ptr<OdeProblem> diffusion_reaction_expressions(Index cells) {
  std::vector<NamedValue> given = {{"parameters.Du", 1e-3},
                                   {"parameters.Dv", 5e-3},
                                   {"parameters.kappa", 5e-3},
                                   {"u.initial", text("0.5 + 0.4*sin(9*x)*cos(7*y)")},
                                   {"u.rhs", text("u - u^3 - kappa - v + Du*lap(u)")},
                                   {"v.initial", 0.5},
                                   {"v.rhs", text("u - v + Dv*lap(v)")}};
  for (const std::string axis : {"mesh.x", "mesh.y"}) {
    given.emplace_back(axis + ".from", -1.0);
    given.emplace_back(axis + ".to", 1.0);
    given.emplace_back(axis + ".points", std::int64_t{cells});
    given.emplace_back(axis + ".neumann", 0.0);
    given.emplace_back(axis + ".nodes", text("cells"));
  }
  return as_expressions(given);
}

using Make = std::function<std::unique_ptr<OdeProblem>()>;

void sweep(benchmark::State& state, const Make& make, const std::string& method, Index steps, double slice_length) {
  const auto problem = make();
  const auto propagator = problem->make_propagator({method, steps});
  const TimeGrid grid(0.0, slice_length * static_cast<double>(num_slices), num_slices);
  const States in = problem->initial_state().replicate(1, num_slices);
  States out = in;
  for (auto _ : state) {
    propagator->propagate_block(grid.slices(0, num_slices), in, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * num_slices);
}

void register_pair(const std::string& name, const Make& built_in_one, const Make& expressions,
                   const std::string& method, Index steps, double slice_length) {
  for (const auto& [kind, make] : {std::pair("/built_in", built_in_one), std::pair("/expressions", expressions)}) {
    benchmark::RegisterBenchmark((name + kind).c_str(), [=, chosen = make](benchmark::State& state) {
      sweep(state, chosen, method, steps, slice_length);
    });
  }
}

void register_all() {
  register_pair(
      "lorenz", [] { return built_in("lorenz"); }, lorenz_expressions, "rk4", 450, 0.01);
  register_pair(
      "fitzhugh_nagumo", [] { return built_in("fitzhugh_nagumo"); }, fitzhugh_nagumo_expressions, "rk4", 450, 0.01);
  register_pair(
      "burgers_128", [] { return built_in("burgers"); }, burgers_expressions, "rk8", 20, 1e-3);
  for (const Index cells : {19, 77}) {
    register_pair(
        "diffusion_reaction_" + std::to_string(cells),
        [=] {
          return built_in("diffusion_reaction", {{"cells", std::int64_t{cells}}});
        },
        [=] { return diffusion_reaction_expressions(cells); }, "rk4", 20, 1e-3);
  }
}

}  // namespace
}  // namespace forerun

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  forerun::register_all();
  benchmark::RunSpecifiedBenchmarks();
}
