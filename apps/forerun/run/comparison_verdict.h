#pragma once

#include <optional>
#include <string>

#include "apps/forerun/record/verdict.h"
#include "apps/forerun/run/comparison.h"

namespace forerun {

/// A run that has converged, beside serial stepping by the same fine solver.
struct Contender {
  std::string name;
  double speedup = 0.0;     ///< measured
  double seconds = 0.0;     ///< of all that it takes
  std::string remark = {};  ///< behind its seconds where it has lost: ", 61 % of it on fitting"
};

/// Who wins, as measured; `how` says how that was: "measured on 2 threads". `is_one_of_many`: the fastest of them.
Verdict measured_verdict(const Contender& fastest, double serial_seconds, const std::string& how, bool is_one_of_many);
/// Where nothing has converged.
Verdict verdict_without_contender(double serial_seconds, bool is_one_of_many);

/// The fastest of the runs against serial stepping by the same fine solver, as measured, and what the model says of a
/// processor a slice. No value where serial stepping was not measured to its end, or runs are still under way.
std::optional<Verdict> comparison_verdict(const Comparison& comparison, const Experiment& experiment);

}  // namespace forerun
