#include "apps/python/callable_errors.h"

#include <string>

#include "core/base/errors.h"
#include "core/base/stop_scope.h"

namespace forerun::python {
namespace {

namespace py = pybind11;

/// The exception with its traceback.
py::object exception_of(const py::error_already_set& error) {
  if (error.trace()) PyException_SetTraceback(error.value().ptr(), error.trace().ptr());
  return error.value();
}

/// "ZeroDivisionError: division by zero".
std::string text_of(const py::object& exception) {
  const std::string type = py::str(py::type::handle_of(exception).attr("__name__"));
  try {
    const std::string words = py::str(exception);
    return words.empty() ? type : type + ": " + words;
  } catch (const py::error_already_set&) {
    return type;  // its __str__ throws
  }
}

}  // namespace

void CallableErrors::fail_slice(const Propagator& solver, const Slice& slice, const py::error_already_set& error) {
  if (!error.matches(PyExc_Exception)) {
    end_run(error);
    throw StopRequested{};
  }
  py::object exception = exception_of(error);
  const std::string text = text_of(exception);
  failures_[{&solver, slice.index}] = std::move(exception);
  throw PropagationError(slice.begin, text);
}

void CallableErrors::forget_failure(const Propagator& solver, const Slice& slice) {
  if (!failures_.empty()) failures_.erase({&solver, slice.index});
}

void CallableErrors::end_run(const py::error_already_set& error) {
  if (!ending_) ending_ = exception_of(error);
  stop_.request_stop();
}

py::object CallableErrors::failure(const Propagator& solver, Index slice) const {
  const auto found = failures_.find({&solver, slice});
  return found == failures_.end() ? py::none() : found->second;
}

void CallableErrors::rethrow() const {
  if (!ending_) return;
  PyErr_SetObject(py::type::handle_of(ending_).ptr(), ending_.ptr());
  throw py::error_already_set();
}

}  // namespace forerun::python
