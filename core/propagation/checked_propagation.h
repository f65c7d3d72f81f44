#pragma once

#include <limits>

#include "core/base/stop_scope.h"
#include "core/propagation/propagator.h"
#include "core/record/run_record.h"

namespace forerun {

/// Thrown when a slice could not be crossed.
struct SliceError {
  SliceFailure failure;
};

/// Makes a result not a number before somebody writes it: what is then left out is not finite, and is refused, instead
/// of being whatever the memory held. A plain loop, for results that are columns or maps.
template <typename Out>
void forget(Out&& out) {
  double* const values = out.data();
  const Index size = out.size();
  for (Index i = 0; i < size; ++i) values[i] = std::numeric_limits<double>::quiet_NaN();
}

/// Who crosses slices, for the sentence should one fail.
struct CheckedPropagator {
  const Propagator& propagator;
  const char* solver;  ///< "fine" or "coarse"
  Index iteration;

  /// Crosses one slice and checks the result; throws `SliceError` when the propagator throws or returns a non-finite
  /// state, or leaves a component unwritten; `StopRequested` where it has looked and found one. `out` is whatever
  /// `StateOut` binds to: views are not passed on from call to call, since a copy of one stalls on the stores that made
  /// it.
  template <typename Out>
  void propagate(const Slice& slice, const StateView& in, Out&& out) const {
    forget(out);
    try {
      propagator.propagate(slice, in, out);
    } catch (const StopRequested&) {
      throw;
    } catch (...) {
      rethrow_as_slice_error(slice);
    }
    if (!out.allFinite()) throw_not_finite(slice);
  }

 private:
  [[noreturn]] void rethrow_as_slice_error(const Slice& slice) const;
  [[noreturn]] void throw_not_finite(const Slice& slice) const;
};

}  // namespace forerun
