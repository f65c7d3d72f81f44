#pragma once

#include <pybind11/pybind11.h>

namespace forerun::python {

/// The class `Model`, what a run has learned, `load_model`, and `read_store`: arrays with samples as rows, as model
/// files have them (learning/files/model_file.h).
void define_models(pybind11::module_& module);

}  // namespace forerun::python
