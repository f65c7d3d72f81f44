#pragma once

#include <memory>
#include <string_view>
#include <type_traits>

#include "solvers/equations/equation.h"
#include "solvers/expressions/any_scalar.h"
#include "solvers/expressions/compiled_equations.h"

namespace forerun {

template <class Scalar>
inline constexpr bool is_number_or_lanes =
    std::is_same_v<Scalar, double> || std::is_same_v<Scalar, Quad> || std::is_same_v<Scalar, Lanes>;

/// Equations written in a configuration, as an equation like the others (equation.h). Copies share what is compiled.
class ExpressionEquations {
 public:
  static constexpr std::string_view name = "equations";

  explicit ExpressionEquations(std::shared_ptr<const CompiledEquations> compiled) : compiled_(std::move(compiled)) {}

  Index dimension() const { return compiled_->description.initial.size(); }
  State initial_state() const { return compiled_->description.initial; }
  StateBounds bounds() const { return compiled_->description.bounds; }
  StateBounds range() const { return compiled_->description.range; }
  StateLayout layout() const { return compiled_->description.layout; }

 protected:
  const CompiledEquations& compiled() const { return *compiled_; }

 private:
  std::shared_ptr<const CompiledEquations> compiled_;
};

/// A system of ODEs: slices advance in lanes.
struct ExpressionSystem : OpenSystemEquation, ExpressionEquations {
  using ExpressionEquations::ExpressionEquations;

  template <class Scalar>
  void rhs(const Scalar& t, const Scalar* u, Scalar* du) const {
    if constexpr (is_number_or_lanes<Scalar>) {
      compiled().system->evaluate(t, u, du);
    } else {
      evaluate_any(*compiled().system, t, u, du);
    }
  }
};

/// Fields on a mesh.
struct ExpressionFields : FieldEquation, ExpressionEquations {
  using ExpressionEquations::ExpressionEquations;

  template <class Scalar>
  void rhs(const Scalar& t, const Scalar* u, Scalar* du) const {
    if constexpr (std::is_same_v<Scalar, double>) {
      compiled().on_mesh->evaluate(t, u, du);
    } else {
      evaluate_any(*compiled().on_mesh, t, u, du);
    }
  }
};

}  // namespace forerun
