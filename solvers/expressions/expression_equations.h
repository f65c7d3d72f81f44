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

  bool has_stiff_part() const { return compiled_->stiff.has_value(); }
  bool has_constant_stiff_jacobian() const { return compiled_->stiff->linearity.is_affine(); }
  /// f(t, u) = A u + b; and b = 0.
  bool is_found_affine() const {
    return compiled_->whole.linearity.is_affine() && !compiled_->whole.linearity.depends_on_time();
  }
  bool is_found_linear() const;
  /// False: on a mesh what depends on time alone is computed beforehand, so a recording would not have it.
  bool can_be_recorded() const;

 protected:
  const CompiledSides& whole() const { return compiled_->whole; }
  const CompiledSides& stiff() const { return *compiled_->stiff; }

 private:
  std::shared_ptr<const CompiledEquations> compiled_;
};

/// A system of ODEs: slices advance in lanes.
struct ExpressionSystem : OpenSystemEquation, ExpressionEquations {
  using ExpressionEquations::ExpressionEquations;

  template <class Scalar>
  void rhs(const Scalar& t, const Scalar* u, Scalar* du) const {
    evaluate(*whole().system, t, u, du);
  }
  template <class Scalar>
  void stiff_rhs(const Scalar& t, const Scalar* u, Scalar* du) const {
    evaluate(*stiff().system, t, u, du);
  }

 private:
  template <class Scalar>
  static void evaluate(const SystemTape& tape, const Scalar& t, const Scalar* u, Scalar* du) {
    if constexpr (is_number_or_lanes<Scalar>) {
      tape.evaluate(t, u, du);
    } else {
      evaluate_any(tape, t, u, du);
    }
  }
};

/// Fields on a mesh.
struct ExpressionFields : FieldEquation, ExpressionEquations {
  using ExpressionEquations::ExpressionEquations;

  template <class Scalar>
  void rhs(const Scalar& t, const Scalar* u, Scalar* du) const {
    evaluate(*whole().on_mesh, t, u, du);
  }
  template <class Scalar>
  void stiff_rhs(const Scalar& t, const Scalar* u, Scalar* du) const {
    evaluate(*stiff().on_mesh, t, u, du);
  }

 private:
  template <class Scalar>
  static void evaluate(const MeshTape& tape, const Scalar& t, const Scalar* u, Scalar* du) {
    if constexpr (std::is_same_v<Scalar, double>) {
      tape.evaluate(t, u, du);
    } else {
      evaluate_any(tape, t, u, du);
    }
  }
};

}  // namespace forerun
