#pragma once

#include <memory>

#include "core/base/state.h"
#include "core/base/time_grid.h"

namespace forerun {

/// A d × d matrix T that is known by its products, and what is known of Tᵀ. Deterministic, thread-safe.
class LinearMap {
 public:
  /// `roughly`: only good for telling which directions matter.
  enum class Transposed { unknown, roughly, exactly };

  virtual ~LinearMap() = default;

  /// T times columns.
  virtual States apply(const States& columns) const = 0;
  virtual Transposed transposed() const { return Transposed::unknown; }
  /// Tᵀ times columns. Throws std::logic_error where it is unknown.
  virtual States apply_transposed(const States& columns) const;
};

/// Linearises a solver P: T = ∂P/∂u of a slice about a state at its beginning. Thread-safe.
class SolverTangent {
 public:
  virtual ~SolverTangent() = default;

  /// Refers to this. Throws `PropagationError` where the slice cannot be crossed.
  virtual std::unique_ptr<LinearMap> about(const Slice& slice, const StateView& state) const = 0;
  /// What so many products with T and with Tᵀ cost, in evaluations of the right-hand side.
  virtual double work(Index products, Index transposed_products) const = 0;
};

}  // namespace forerun
