#include "solvers/equations/equation_problem.h"
#include "solvers/equations/problems/problems.h"
#include "solvers/expressions/equations_spec.h"
#include "solvers/expressions/expression_equations.h"

namespace forerun {
namespace {

std::unique_ptr<OdeProblem> make_equations(const Parameters& parameters) {
  auto compiled = std::make_shared<const CompiledEquations>(compile_equations(read_equations(parameters)));
  ProblemOrigin made_of{parameters, {}, make_equations};
  for (const MeshAxis& axis : compiled->description.layout.axes) {
    made_of.mesh_keys.push_back("mesh." + axis.name + ".points");
  }
  auto origin = std::make_shared<const ProblemOrigin>(std::move(made_of));
  if (compiled->whole.system) {
    return std::make_unique<EquationProblem<ExpressionSystem>>(ExpressionSystem(std::move(compiled)),
                                                               std::move(origin));
  }
  return std::make_unique<EquationProblem<ExpressionFields>>(ExpressionFields(std::move(compiled)), std::move(origin));
}

}  // namespace

bool ExpressionEquations::is_found_linear() const {
  if (!is_found_affine()) return false;
  const State zero = State::Zero(dimension());
  State constant(dimension());
  if (whole().system) {
    whole().system->evaluate(0.0, zero.data(), constant.data());
  } else {
    whole().on_mesh->evaluate(0.0, zero.data(), constant.data());
  }
  return constant.isZero(0.0);
}

bool ExpressionEquations::can_be_recorded() const { return whole().system || !whole().linearity.depends_on_time(); }

ProblemEntry equations_problem() {
  ProblemEntry entry;
  entry.name = std::string(ExpressionEquations::name);
  entry.equation = "u' = f(t, x, y, u, …), written as expressions; derivatives in x and y by central differences";
  entry.make = make_equations;
  entry.open = OpenParameters{equation_key_patterns(), equation_parameter_specs,
                              [](const Parameters& parameters) { check_expressions(read_equations(parameters)); },
                              [](const Parameters& parameters) { return equations_text(read_equations(parameters)); }};
  return entry;
}

}  // namespace forerun
