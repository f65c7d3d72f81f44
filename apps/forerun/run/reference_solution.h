#pragma once

#include <stop_token>

#include "apps/forerun/record/disturbance.h"
#include "apps/forerun/run/experiment.h"
#include "core/execution/time_communicator.h"
#include "core/propagation/serial_fine.h"

namespace spdlog {
class logger;
}

namespace forerun {

class Checkpoint;

/// The serial fine solution that runs are held against, kept in the checkpoint (nullptr: nowhere), and taken from it
/// where it had ended. Processes that share the runs step through it together and have their own states of it
/// (core/parareal/serial_together.h); collective then: throws `RunAbandoned`.
SerialSolution solve_reference(const Experiment& experiment, Checkpoint* checkpoint, TimeCommunicator* communicator,
                               spdlog::logger& logger, const std::stop_token& stop, const SliceLimit& limit,
                               DisturbanceWatch& watch);

}  // namespace forerun
