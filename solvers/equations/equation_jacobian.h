#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <type_traits>

#include "solvers/equations/equation.h"
#include "solvers/equations/jacobian.h"
#include "solvers/linear/dependencies.h"
#include "solvers/simd/dual.h"

namespace forerun {

/// How many directions an equation is differentiated in at once: as many as a small system has components. On a mesh
/// four: a stencil has few colours, and wider numbers would only take more memory.
template <class Equation>
using TangentOf = std::conditional_t<(Equation::fixed_dimension > num_lanes<Quad>), Lanes, Quad>;

/// The right-hand side with dual numbers.
template <class Equation>
struct Derivatives {
  using Number = Dual<TangentOf<Equation>>;

  FORERUN_MULTIVERSION static void evaluate(const Equation& equation, const Number& time, const Number* state,
                                            Number* derivative) {
    equation.rhs(time, state, derivative);
  }
};

/// The Jacobian of an equation by dual numbers: columns that share no row are differentiated together
/// (`column_colors`), four or sixteen groups an evaluation of f.
///
/// Exact to rounding, but for functions that are known as functions of a number only (`each_lane` of a `Dual`).
/// Memory while evaluating: 128 bytes a component on a mesh (320 for systems of more than four).
template <class Equation>
class EquationJacobian final : public Jacobian {
 public:
  explicit EquationJacobian(Equation equation) : equation_(std::move(equation)) {}

  const std::shared_ptr<const SparsityPattern>& pattern() const override { return structure().pattern; }

  void evaluate(double time, const StateView& state, SparseMatrix& values) const override {
    const Structure& known = structure();
    values.pattern = known.pattern;
    values.values.resize(known.pattern->rows.size());
    const auto d = static_cast<std::size_t>(equation_.dimension());
    const auto numbers = std::make_unique_for_overwrite<Number[]>(2 * d);
    Number* const in = numbers.get();
    Number* const out = in + d;
    for (int first = 0; first < known.num_colors; first += width) {
      for (std::size_t i = 0; i < d; ++i) {
        in[i] = Number(state[static_cast<Index>(i)]);
        const int direction = known.colors[i] - first;
        if (direction >= 0 && direction < width) set_lane(in[i].tangent, direction, 1.0);
      }
      Derivatives<Equation>::evaluate(equation_, Number(time), in, out);
      take_columns(known, first, out, values);
    }
  }

  double work() const override {
    return static_cast<double>((structure().num_colors + width - 1) / width) * (1.0 + static_cast<double>(width));
  }

 private:
  using Number = typename Derivatives<Equation>::Number;
  static constexpr int width = static_cast<int>(num_lanes<TangentOf<Equation>>);

  /// What is found when first asked for: an equation need not have its Jacobian's pattern in memory if nobody uses it.
  struct Structure {
    std::shared_ptr<const SparsityPattern> pattern;
    std::vector<int> colors;
    int num_colors = 0;
  };

  const Structure& structure() const {
    std::call_once(structure_found_, [this] {
      structure_.pattern = std::make_shared<const SparsityPattern>(jacobian_pattern(equation_));
      structure_.colors = column_colors(*structure_.pattern);
      for (const int color : structure_.colors) structure_.num_colors = std::max(structure_.num_colors, color + 1);
    });
    return structure_;
  }

  static void take_columns(const Structure& known, int first, const Number* derivatives, SparseMatrix& values) {
    const SparsityPattern& pattern = *known.pattern;
    for (Index column = 0; column < pattern.dimension; ++column) {
      const int direction = known.colors[static_cast<std::size_t>(column)] - first;
      if (direction < 0 || direction >= width) continue;
      for (int entry = pattern.begin(column); entry < pattern.end(column); ++entry) {
        values.values[static_cast<std::size_t>(entry)] = lane(derivatives[pattern.row(entry)].tangent, direction);
      }
    }
  }

  Equation equation_;
  mutable std::once_flag structure_found_;
  mutable Structure structure_;
};

}  // namespace forerun
