#pragma once

#include <pybind11/pybind11.h>

#include <map>
#include <stop_token>
#include <utility>

#include "core/propagation/propagator.h"

namespace forerun::python {

/// What Python code throws while a run is under way on threads that are not its caller's.
///
///  * An `Exception` of a solver is a failure of its slice, which the run knows how to take: its text goes into the
///    record, and the exception itself is kept until the slice is tried again, since it may turn out to be the run's.
///  * Anything else (KeyboardInterrupt, SystemExit, whatever a projection or a callback throws) ends the run, and goes
///    on to its caller.
///
/// Thread-safety: members are called with the GIL held, which is the lock. Lives and dies with it held.
class CallableErrors {
 public:
  explicit CallableErrors(std::stop_source stop) : stop_(std::move(stop)) {}

  /// Throws `PropagationError`, or `StopRequested` where the run is to end.
  [[noreturn]] void fail_slice(const Propagator& solver, const Slice& slice, const pybind11::error_already_set& error);
  /// Forgets why the slice could not be crossed before.
  void forget_failure(const Propagator& solver, const Slice& slice);
  /// The run is to end because of this; of several the first counts.
  void end_run(const pybind11::error_already_set& error);

  /// Why the solver could not cross the slice; None where it was no exception.
  pybind11::object failure(const Propagator& solver, Index slice) const;
  /// Throws what ended the run, if anything did.
  void rethrow() const;

 private:
  std::stop_source stop_;
  std::map<std::pair<const Propagator*, Index>, pybind11::object> failures_;
  pybind11::object ending_;
};

}  // namespace forerun::python
