#pragma once

#include <memory>

#include "apps/python/result.h"
#include "apps/python/run_request.h"

namespace forerun::python {

/// Carries out a run. Called with the GIL, which is let go of: functions of Python are called with it, on threads of
/// the run (`on_iteration`: on the caller's). Throws what `forerun run` refuses; `SolverError`, with the exception of a
/// Python solver as its cause, where a slice could not be crossed from an exact start; what Ctrl-C, a projection or
/// `on_iteration` have thrown. A run that does not converge is a result with a Python warning.
std::shared_ptr<Result> carry_out(const RunRequest& request);

}  // namespace forerun::python
