#pragma once

#include <vector>

#include "apps/forerun/run/experiment.h"

namespace forerun {

/// States along the time axis, dense enough to be drawn as curves.
struct Trajectory {
  std::vector<double> times;
  States states;      ///< a column a time
  bool dense = true;  ///< false: slice boundaries alone
};

/// A run's trajectory between its slice boundaries: the fine solver's own steps are repeated from each U[n], so that a
/// run that did not converge shows its jumps. About 2000 points; of runs whose fine solve is long, or of which there
/// are more slices than points, the boundaries alone. What cannot be propagated is NaN.
/// Cost: at most one fine pass, and none above 10⁸ steps.
Trajectory dense_trajectory(const Experiment& experiment, const States& boundaries);

}  // namespace forerun
