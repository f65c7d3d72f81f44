#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <string>

#include "apps/python/result.h"

namespace forerun::python {

/// The module's exceptions and warnings, and which of C++'s become which of Python's:
///
///   SolverError(RuntimeError)        a slice could not be crossed from an exact start
///   ModelError(ValueError)           a model file is damaged, or of another problem
///   RunWarning(UserWarning)          what a reader of a result should know
///   ConvergenceWarning(RunWarning)   the run did not converge
///
/// ValueError: what a configuration must not say; OSError: files that cannot be read or written.
void define_exceptions(pybind11::module_& module);

/// Throws `SolverError`, with what is known of the failure as attributes, `result`, and `cause` unless None.
[[noreturn]] void throw_solver_error(const std::shared_ptr<Result>& result, const SliceFailure& failure,
                                     const pybind11::object& cause);

/// Says a sentence by Python's `warnings`; throws where these are told to.
void warn(const char* category, const std::string& sentence);

}  // namespace forerun::python
