#pragma once

#include "solvers/linear/sparse_matrix.h"

namespace forerun {

/// The Jacobian ∂f/∂u of a right-hand side f(t, u), a sparse matrix whose pattern is the same everywhere.
///
/// Deterministic; const members may run on many threads.
class Jacobian {
 public:
  virtual ~Jacobian() = default;

  /// Where entries may be other than zero, found when first asked for; the diagonal always is among them.
  virtual const std::shared_ptr<const SparsityPattern>& pattern() const = 0;
  /// values = ∂f/∂u (time, state); `values.pattern` becomes `pattern()`.
  virtual void evaluate(double time, const StateView& state, SparseMatrix& values) const = 0;
  /// What `evaluate` costs, in evaluations of f.
  virtual double work() const = 0;
};

}  // namespace forerun
