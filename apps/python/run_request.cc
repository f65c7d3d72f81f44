#include "apps/python/run_request.h"

#include <filesystem>
#include <stdexcept>

#include "learning/files/model_file.h"

namespace forerun::python {
namespace {

namespace py = pybind11;

py::object callable_or_none(py::handle value, const std::string& name) {
  if (value.is_none()) return {};
  if (PyCallable_Check(value.ptr()) == 0) throw py::type_error(name + " must be a callable");
  return py::reinterpret_borrow<py::object>(value);
}

}  // namespace

void read_common_arguments(RunRequest& request, py::handle model, bool keep_model, py::handle reference,
                           py::handle projection, py::handle on_iteration) {
  if (py::isinstance<LearnedModel>(model)) {
    request.model = model.cast<std::shared_ptr<LearnedModel>>();
    request.model_name = "model";
  } else if (!model.is_none()) {
    request.model_name = py::str(model);
    request.model = std::make_shared<LearnedModel>(load_model(std::filesystem::path(request.model_name)));
  }
  request.keep_model = keep_model;
  if (PyBool_Check(reference.ptr())) {
    request.reference = reference.cast<bool>();
  } else if (!reference.is_none()) {
    request.reference_states = py::reinterpret_borrow<py::object>(reference);
  }
  request.projection = callable_or_none(projection, "projection");
  request.on_iteration = callable_or_none(on_iteration, "on_iteration");
}

}  // namespace forerun::python
