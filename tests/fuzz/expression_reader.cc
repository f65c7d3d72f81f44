// Right-hand sides, from their text to numbers.

#include "solvers/equations/problem_registry.h"
#include "solvers/expressions/equations_spec.h"
#include "solvers/expressions/expression_error.h"
#include "tests/fuzz/command_readers.h"

namespace forerun::fuzz {
namespace {

std::unique_ptr<OdeProblem> equations(const std::string& rhs) {
  const std::string periodic = "periodic";
  const std::vector<NamedValue> given = {{"parameters.nu", 0.01},
                                         {"mesh.x.from", 0.0},
                                         {"mesh.x.to", 1.0},
                                         {"mesh.x.points", std::int64_t{5}},
                                         {"mesh.x.boundary", periodic},
                                         {"mesh.y.from", 0.0},
                                         {"mesh.y.to", 2.0},
                                         {"mesh.y.points", std::int64_t{4}},
                                         {"mesh.y.neumann", 1.0},
                                         {"u.initial", std::string("x + y")},
                                         {"u.rhs", rhs},
                                         {"v.initial", 0.5},
                                         {"v.rhs", std::string("u")}};
  Parameters parameters(equation_parameter_specs(given));
  for (const auto& [key, value] : given) parameters.set(key, value);
  return find_problem("equations").make(parameters);
}

/// An expression is computed, with whatever result, or refused at a place within it.
void read(const std::string& bytes) {
  expect_value_or_refusal<ParameterError>([&] {
    try {
      const auto problem = equations(bytes);
      State derivative(problem->dimension());
      problem->evaluate(0.5, problem->initial_state(), derivative);
    } catch (const ExpressionError& error) {
      if (error.name() != "u.rhs" || error.offset() > bytes.size()) {
        throw BrokenContract("refused at " + error.name() + ", byte " + std::to_string(error.offset()));
      }
      throw;
    }
  });
}

std::vector<std::string> seeds() {
  return {"nu*lap(u) - u*dx(u)", "where(u < v, sin(pi*x)*t, u^2/(1 + v^2)) - 1.5e-3*dxx(u)",
          "max(min(u, v), abs(-u))*exp(-(x - 0.5)^2/0.01) + pow(u, 2.5)", "dx(u*dy(v)) + tanh(3)*u == 1",
          "sqrt(tan(log(cos(u)))) >= 2^-3^2"};
}

}  // namespace

Reader expression_reader() { return {"expression", seeds, read}; }

}  // namespace forerun::fuzz
