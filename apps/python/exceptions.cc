#include "apps/python/exceptions.h"

#include <new>

#include "apps/forerun/cli/usage_error.h"
#include "core/base/errors.h"
#include "learning/files/model_file.h"

namespace forerun::python {
namespace {

namespace py = pybind11;

py::object module_attribute(const char* name) { return py::module_::import("forerun").attr(name); }

void define(py::module_& module, const char* name, py::handle base, const char* documentation) {
  const std::string full = "forerun." + std::string(name);
  PyObject* type = PyErr_NewExceptionWithDoc(full.c_str(), documentation, base.ptr(), nullptr);
  if (type == nullptr) throw py::error_already_set();
  module.add_object(name, py::reinterpret_steal<py::object>(type));
}

void translate(std::exception_ptr failure) {
  try {
    if (failure) std::rethrow_exception(failure);
  } catch (const UsageError& error) {
    PyErr_SetString(PyExc_ValueError, error.what());
  } catch (const FileError& error) {
    PyErr_SetString(PyExc_OSError, error.what());
  } catch (const ModelFileError& error) {
    PyErr_SetString(module_attribute("ModelError").ptr(), error.what());
  }
}

}  // namespace

void define_exceptions(py::module_& module) {
  define(
      module, "SolverError", PyExc_RuntimeError,
      "A slice could not be crossed from an exact start. Attributes: solver, slice, iteration, time, reason; result, "
      "with the last good iterate; __cause__ is the exception of a Python solver.");
  define(module, "ModelError", PyExc_ValueError, "A model file is damaged, or was learned on another problem.");
  define(module, "RunWarning", PyExc_UserWarning, "What a reader of a result should know.");
  define(module, "ConvergenceWarning", module.attr("RunWarning"), "A run did not converge.");
  py::register_exception_translator(&translate);
}

void throw_solver_error(const std::shared_ptr<Result>& result, const SliceFailure& failure, const py::object& cause) {
  const py::object type = module_attribute("SolverError");
  const py::object error = type(failure.sentence());
  error.attr("solver") = failure.solver;
  error.attr("slice") = failure.slice;
  error.attr("iteration") = failure.iteration;
  error.attr("time") = failure.time;
  error.attr("reason") = failure.reason;
  error.attr("result") = py::cast(result);
  if (!cause.is_none()) PyException_SetCause(error.ptr(), py::object(cause).release().ptr());
  PyErr_SetObject(type.ptr(), error.ptr());
  throw py::error_already_set();
}

void warn(const char* category, const std::string& sentence) {
  if (PyErr_WarnEx(module_attribute(category).ptr(), sentence.c_str(), 1) != 0) throw py::error_already_set();
}

}  // namespace forerun::python
