#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <string>

#include "core/base/state.h"

namespace forerun::python {

/// States as numpy knows them. What comes from Python is whatever numpy.asarray takes, of integers or real numbers, in
/// any order of memory; what goes there as an argument is a copy, so that a function may keep it and write to it.
/// All of these need the GIL.

/// A vector of at least one number. Throws std::invalid_argument with a sentence that begins with `what`.
State state_from(pybind11::handle value, const std::string& what);
/// As it is, with as many rows as `rows` states of `dimension` numbers: transposed, a state a column.
States states_from_rows(pybind11::handle value, Index dimension, Index rows, const std::string& what);
/// Throws std::invalid_argument naming the first component that is not finite.
void require_finite(const State& state, const std::string& what);

/// out = value, which must have its shape: (d,) for a state (a number will do where d = 1), (d, n) for n of them.
/// Throws std::invalid_argument.
void assign_state(pybind11::handle value, StateOut out);
void assign_states(pybind11::handle value, StatesOut out);

/// A copy of shape (d,); of shape (d, n) with a state a column.
pybind11::array copy_of(const StateView& state);
pybind11::array copy_of(const StatesView& states);
/// A view of shape (columns, rows), a state a row, in C order: the same memory, which `owner` keeps alive.
pybind11::array rows_of(const StatesView& states, pybind11::handle owner);
/// The same as a copy.
pybind11::array copy_as_rows(const StatesView& states);

}  // namespace forerun::python
