#pragma once

#include <optional>

#include "apps/forerun/record/verdict.h"
#include "apps/forerun/run/comparison.h"

namespace forerun {

/// The fastest of the runs against serial stepping by the same fine solver, as measured, and what the model says of a
/// processor a slice. No value where serial stepping was not measured to its end, or runs are still under way.
std::optional<Verdict> comparison_verdict(const Comparison& comparison, const Experiment& experiment);

}  // namespace forerun
