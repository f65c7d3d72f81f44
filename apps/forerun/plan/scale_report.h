#pragma once

#include <string>
#include <vector>

#include "apps/forerun/cli/machine_options.h"
#include "apps/forerun/run/experiment.h"
#include "core/record/scaling_model.h"

namespace forerun {

/// Curves of a recorded run on other machines; everything in them is modelled.
struct ScaleStudy {
  std::string corrector;
  std::string source;  ///< in words, where the times come from
  IterationHistory history;
  ScalingOptions options;
  std::vector<ScalingPoint> strong;  ///< the run's own slices on P processors
  std::vector<ScalingPoint> weak;    ///< P slices on P processors
};

/// Without a list of processors: powers of two up to the slices (strong), powers of ten up to 1e5 (weak).
ScaleStudy make_scale_study(std::string corrector, std::string source, IterationHistory history,
                            const MachineOptions& machine);

/// Two tables, what was measured before them and what is assumed after; ≤ 120 columns.
std::string scale_text(const ScaleStudy& study, const Experiment& experiment);

/// The same as JSON of schema "forerun.scale/1"; ends with a newline.
std::string scale_json(const ScaleStudy& study, const Experiment& experiment);

}  // namespace forerun
