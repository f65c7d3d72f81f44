#pragma once

#include <pybind11/pybind11.h>

#include "apps/python/run_request.h"

namespace forerun::python {

/// The arguments of `forerun.solve` that say what is solved, and how.
struct SolveArguments {
  pybind11::object grid;       ///< (begin, end, slices), or an array of boundaries
  pybind11::object u0;         ///< None: the problem's own
  pybind11::object fine;       ///< a callable, a dict, or a list of callables
  pybind11::object coarse;     ///< a callable, a dict, or None
  pybind11::object problem;    ///< a dict, or None where only the solvers know the equation
  pybind11::object bounds;     ///< (lower, upper), or None
  pybind11::object corrector;  ///< a name, or a dict of the name and its options
  pybind11::object output;     ///< times, a dict as [output] of a configuration, or None
  pybind11::dict options;      ///< by keyword: those of [parareal], and a few
};

/// What they ask for. Throws std::invalid_argument, and TypeError for a keyword that nobody knows or a value that can
/// be none; names the nearest known one.
RunRequest read_solve_arguments(const SolveArguments& arguments);

}  // namespace forerun::python
