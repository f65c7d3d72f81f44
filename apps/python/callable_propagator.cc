#include "apps/python/callable_propagator.h"

#include "apps/python/arrays.h"
#include "core/base/stop_scope.h"

namespace forerun::python {
namespace {

namespace py = pybind11;

/// member(slice) of all slices.
template <typename Member>
py::array times_of(std::span<const Slice> slices, const Member& member) {
  py::array_t<double> times(static_cast<py::ssize_t>(slices.size()));
  double* time = times.mutable_data();
  for (const Slice& slice : slices) *time++ = member(slice);
  return times;
}

void call_block(const py::object& function, std::span<const Slice> slices, const StatesView& in, StatesOut out) {
  const py::array begins = times_of(slices, [](const Slice& slice) { return slice.begin; });
  const py::array ends = times_of(slices, [](const Slice& slice) { return slice.end; });
  assign_states(function(begins, ends, copy_of(in)), out);
}

}  // namespace

std::string CallableSolver::name() const {
  const py::object name = py::getattr(function, "__qualname__", py::str("callable"));
  return "python " + std::string(py::str(name));
}

void CallablePropagator::propagate(const Slice& slice, const StateView& in, StateOut out) const {
  const py::gil_scoped_acquire gil;
  StopScope::throw_if_stop_requested();  // others may have had the GIL for long
  errors_.forget_failure(*this, slice);
  try {
    if (solver_.block) {
      call_block(solver_.function, {&slice, 1}, in, out);
    } else {
      assign_state(solver_.function(slice.begin, slice.end, copy_of(in)), out);
    }
  } catch (const py::error_already_set& error) {
    errors_.fail_slice(*this, slice, error);
  }
}

void CallablePropagator::propagate_block(std::span<const Slice> slices, const StatesView& in, StatesOut out) const {
  if (!solver_.block) return Propagator::propagate_block(slices, in, out);
  const py::gil_scoped_acquire gil;
  StopScope::throw_if_stop_requested();
  try {
    call_block(solver_.function, slices, in, out);
  } catch (const py::error_already_set& error) {
    // Which slice it is about is found by crossing them one by one.
    errors_.fail_slice(*this, slices.front(), error);
  }
}

}  // namespace forerun::python
