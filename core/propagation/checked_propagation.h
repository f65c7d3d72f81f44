#pragma once

#include "core/base/stop_scope.h"
#include "core/propagation/propagator.h"
#include "core/record/run_record.h"

namespace forerun {

/// Thrown when a slice could not be crossed.
struct SliceError {
  SliceFailure failure;
};

/// Who crosses slices, for the sentence should one fail.
struct CheckedPropagator {
  const Propagator& propagator;
  const char* solver;  ///< "fine" or "coarse"
  Index iteration;

  /// Crosses one slice and checks the result; throws `SliceError` when the propagator throws or returns a non-finite
  /// state, `StopRequested` where it has looked and found one. `out` is whatever `StateOut` binds to: views are not
  /// passed on from call to call, since a copy of one stalls on the stores that made it.
  template <typename Out>
  void propagate(const Slice& slice, const StateView& in, Out&& out) const {
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
