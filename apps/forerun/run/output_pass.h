#pragma once

#include <stop_token>

#include "apps/forerun/run/comparison.h"
#include "core/execution/time_communicator.h"

namespace forerun {

/// The states that [output] asks for, by one more pass of the fine solver from the states of a run that has converged.
/// Parts of slices are crossed by as many of the solver's equal steps as they have, or to its tolerance. A fine solve
/// that fails or overruns `limit` is `OutputPass::failure`; a stop leaves neither states nor failure.
///
/// Where processes share the runs, each crosses what lies in its own slices and has the states there; the failure is
/// that of the earliest slice, and a stop of one leaves nothing to all. Collective.
OutputPass output_pass(const Experiment& experiment, const States& boundaries, TimeCommunicator* communicator,
                       const std::stop_token& stop, const SliceLimit& limit);

}  // namespace forerun
