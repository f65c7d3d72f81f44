#pragma once

#include <cassert>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "solvers/coarsening/variant_propagator.h"
#include "solvers/equations/any_equation.h"
#include "solvers/equations/equation_jacobian.h"
#include "solvers/equations/equation_stiff_part.h"
#include "solvers/equations/problem_origin.h"
#include "solvers/equations/problem_registry.h"
#include "solvers/equations/right_hand_side.h"
#include "solvers/equations/sampled_sides.h"
#include "solvers/integrators/explicit_propagators.h"

namespace forerun {

/// An equation (see `equation.h`) as a problem, with its Jacobian and every integrator of the registry. Instantiating
/// it compiles all of the equation's kernels, for systems of fixed dimension explicit Runge–Kutta methods among them,
/// so each equation does it in its own source file.
template <class Equation>
class EquationProblem final : public OdeProblem {
 public:
  explicit EquationProblem(Equation equation, std::shared_ptr<const ProblemOrigin> origin = nullptr)
      : equation_(std::move(equation)),
        origin_(std::move(origin)),
        jacobian_(std::make_shared<const EquationJacobian<Equation>>(equation_)) {
    if constexpr (StatesStiffPart<Equation>) stiff_part_ = make_stiff_part();
  }

  std::string name() const override { return std::string(Equation::name); }
  Index dimension() const override { return equation_.dimension(); }
  double default_begin() const override { return Equation::default_begin; }
  State initial_state() const override { return equation_.initial_state(); }
  std::optional<Index> time_component() const override {
    if constexpr (requires { Equation::time_component; }) return Equation::time_component;
    return std::nullopt;
  }
  StateBounds bounds() const override { return equation_.bounds(); }
  StateBounds range() const override {
    if constexpr (requires { equation_.range(); }) return equation_.range();
    if constexpr (Equation::is_linear) return unlimited_range(dimension());  // solutions may have any size
    return equation_.bounds();
  }
  StateLayout layout() const override {
    if constexpr (requires { equation_.layout(); }) {
      return equation_.layout();
    } else {
      return OdeProblem::layout();
    }
  }

  void evaluate(double time, const StateView& state, StateOut derivative) const override {
    RightHandSide<Equation>::evaluate(equation_, time, state.data(), derivative.data());
  }
  const Jacobian* jacobian() const override { return jacobian_.get(); }
  const StiffPart* stiff_part() const override { return stiff_part_.get(); }
  std::shared_ptr<const SampledSides> sample(std::span<const Index> components) const override {
    if constexpr (Equation::fixed_dimension != Eigen::Dynamic) {
      return nullptr;
    } else {
      if constexpr (requires { equation_.can_be_recorded(); }) {
        if (!equation_.can_be_recorded()) return nullptr;
      }
      return sample_sides(equation_, components);
    }
  }
  bool is_linear() const override {
    if constexpr (requires { equation_.is_found_linear(); }) return equation_.is_found_linear();
    return Equation::is_linear;
  }
  bool is_affine() const override {
    if constexpr (requires { equation_.is_found_affine(); }) return equation_.is_found_affine();
    return Equation::is_linear;
  }

  const ProblemOrigin* origin() const override { return origin_.get(); }

  std::unique_ptr<Propagator> make_propagator(const SolverSpec& spec) const override {
    if (spec.is_of_variant()) return make_variant_propagator(*this, spec);
    const IntegratorEntry& entry = spec.entry();
    if (entry.make) return entry.make(std::make_shared<const EquationProblem>(*this), spec);
    std::unique_ptr<Propagator> made = make_explicit(spec);
    assert(made);
    return made;
  }

 private:
  std::shared_ptr<const StiffPart> make_stiff_part() const {
    if constexpr (requires { equation_.has_stiff_part(); }) {
      if (!equation_.has_stiff_part()) return nullptr;
    }
    return std::make_shared<const EquationStiffPart<Equation>>(equation_);
  }

  std::unique_ptr<Propagator> make_explicit(const SolverSpec& spec) const {
    if constexpr (std::is_base_of_v<FieldEquation, Equation>) {
      return make_explicit_propagator(AnyField(std::make_shared<const Equation>(equation_)), bounds(), spec);
    } else if constexpr (std::is_base_of_v<OpenSystemEquation, Equation>) {
      return make_explicit_propagator(AnySystem(std::make_shared<const Equation>(equation_)), bounds(), spec);
    } else {
      return compile_explicit_propagator(equation_, bounds(), spec);
    }
  }

  Equation equation_;
  std::shared_ptr<const ProblemOrigin> origin_;
  std::shared_ptr<const EquationJacobian<Equation>> jacobian_;  ///< of copies, too
  std::shared_ptr<const StiffPart> stiff_part_;                 ///< likewise
};

/// The problem of an equation that is constructed from its parameters.
template <class Equation>
std::unique_ptr<OdeProblem> make_from_parameters(const Parameters& values) {
  std::vector<std::string> mesh_keys;
  if constexpr (requires { Equation::mesh_keys; }) {
    mesh_keys.assign(Equation::mesh_keys.begin(), Equation::mesh_keys.end());
  }
  auto origin = std::make_shared<const ProblemOrigin>(
      ProblemOrigin{values, std::move(mesh_keys), make_from_parameters<Equation>});
  return std::make_unique<EquationProblem<Equation>>(Equation(values), std::move(origin));
}

/// The registry's entry of such an equation.
template <class Equation>
ProblemEntry make_entry(std::string description, std::vector<ParameterSpec> parameters) {
  return {std::string(Equation::name), std::move(description), std::move(parameters), make_from_parameters<Equation>};
}

}  // namespace forerun
