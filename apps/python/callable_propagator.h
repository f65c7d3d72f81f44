#pragma once

#include <pybind11/pybind11.h>

#include <string>

#include "apps/python/callable_errors.h"
#include "core/propagation/propagator.h"

namespace forerun::python {

/// A Python function that crosses slices, as a user hands it over.
///
///   f(t0, t1, u) -> u1                one slice; u and u1 of shape (d,)
///   f(t0[n], t1[n], U[d, n]) -> V     with `block`: n slices, a slice a column, so that U[i] is the i-th component
///                                     of all and most functions of one state are such functions as they are
struct CallableSolver {
  pybind11::object function;
  bool block = false;
  double work = 1.0;  ///< of a slice, in any unit that the levels of a ladder share

  /// "python fine": for signatures of models.
  std::string name() const;
};

/// It as a propagator. The GIL is taken around the call alone, so that one thread's function runs while others compute
/// in C++ or wait; functions that let go of it themselves (numpy in large operations) run side by side.
///
/// Results are looked at: shape, type and (by the caller) whether they are finite. Exceptions go where `CallableErrors`
/// says. `solver` and `errors` are referred to.
class CallablePropagator final : public Propagator {
 public:
  CallablePropagator(const CallableSolver& solver, Index dimension, CallableErrors& errors)
      : solver_(solver), dimension_(dimension), errors_(errors) {}

  Index dimension() const override { return dimension_; }
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override;
  /// A block takes a thread's whole share of the slices.
  Index block_size() const override { return solver_.block ? Index{1} << 30 : 1; }
  void propagate_block(std::span<const Slice> slices, const StatesView& in, StatesOut out) const override;
  double work_per_slice() const override { return solver_.work; }

 private:
  const CallableSolver& solver_;
  Index dimension_;
  CallableErrors& errors_;
};

}  // namespace forerun::python
