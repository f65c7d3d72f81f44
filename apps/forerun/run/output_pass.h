#pragma once

#include <stop_token>

#include "apps/forerun/run/comparison.h"

namespace forerun {

/// The states that [output] asks for, by one more pass of the fine solver from the states of a run that has converged.
/// Parts of slices are crossed by as many of the solver's equal steps as they have, or to its tolerance. A fine solve
/// that fails or overruns `limit` is `OutputPass::failure`; a stop leaves neither states nor failure.
OutputPass output_pass(const Experiment& experiment, const States& boundaries, const std::stop_token& stop,
                       const SliceLimit& limit);

}  // namespace forerun
