#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "apps/forerun/precision/work_precision.h"

namespace forerun {

/// Error over time of serial solvers on one interval.
struct SerialStudy {
  std::vector<PrecisionPoint> own;
  std::vector<PrecisionPoint> sundials;  ///< empty where SUNDIALS is not built in
};

/// Every integrator of the registry: first those that follow a tolerance, which say soonest what the others have to
/// beat; among like ones those that need no more than the equation. SUNDIALS last, implicit ones first: on a stiff
/// problem its explicit ones take far longer to fail than the others to succeed.
std::vector<std::string> all_methods();

/// Measures `methods`, each until it is fine enough, or takes `task.max_seconds`, or four times as long as the fastest
/// that has reached `loosest_error` or its own error: then it has lost. A solve that takes four times as long as the
/// fastest that was fine enough is broken off. Methods that the equation does not offer are left out. `at_method` is
/// told of each before it is measured; false: that, and what comes after it, is not measured. Ends early, with what
/// there is, when `stop` asks; throws `StopRequested` where a scope of the caller's does (core/base/stop_scope.h).
SerialStudy study_serial_solvers(const PrecisionTask& task, const std::vector<std::string>& methods,
                                 double loosest_error, const std::function<bool(const std::string&)>& at_method,
                                 const std::stop_token& stop);

}  // namespace forerun
