#pragma once

#include <pybind11/pybind11.h>

namespace forerun::python {

/// `read_run`: what `forerun run --out DIR` has kept, as dicts and arrays.
void define_run_directories(pybind11::module_& module);

}  // namespace forerun::python
