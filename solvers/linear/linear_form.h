#pragma once

#include <vector>

#include "core/base/state.h"

namespace forerun {

/// One entry of a sparse matrix.
struct MatrixEntry {
  Index row = 0;
  Index column = 0;
  double value = 0.0;
};

/// A linear form Σ_j a_j u_j in the components of a state, as a scalar: what a linear right-hand side makes of the
/// coordinates is the rows of its matrix. Products of two forms do not exist, so an equation that is not linear does
/// not compile. Cost of an operation: the number of terms.
class LinearForm {
 public:
  struct Term {
    Index column;
    double coefficient;
  };

  LinearForm() = default;
  /// The coordinate u_column.
  explicit LinearForm(Index column) : terms_{{column, 1.0}} {}

  const std::vector<Term>& terms() const { return terms_; }

  friend LinearForm operator+(LinearForm a, const LinearForm& b) {
    a.terms_.insert(a.terms_.end(), b.terms_.begin(), b.terms_.end());
    return a;
  }
  friend LinearForm operator*(double factor, LinearForm form) {
    for (Term& term : form.terms_) term.coefficient *= factor;
    return form;
  }
  friend LinearForm operator*(LinearForm form, double factor) { return factor * std::move(form); }
  friend LinearForm operator-(LinearForm form) { return -1.0 * std::move(form); }
  friend LinearForm operator-(LinearForm a, const LinearForm& b) { return std::move(a) + -b; }

 private:
  std::vector<Term> terms_;
};

/// The matrix A of an equation u' = A u: its right-hand side evaluated once, at the coordinates. Entries of the same
/// place add up.
template <class Equation>
std::vector<MatrixEntry> linear_operator(const Equation& equation) {
  const Index d = equation.dimension();
  std::vector<LinearForm> coordinates;
  for (Index i = 0; i < d; ++i) coordinates.emplace_back(i);
  std::vector<LinearForm> rows(static_cast<std::size_t>(d));
  equation.rhs(LinearForm(), static_cast<const LinearForm*>(coordinates.data()), rows.data());
  std::vector<MatrixEntry> entries;
  for (Index i = 0; i < d; ++i) {
    for (const LinearForm::Term& term : rows[static_cast<std::size_t>(i)].terms()) {
      entries.push_back({i, term.column, term.coefficient});
    }
  }
  return entries;
}

}  // namespace forerun
