#include "apps/forerun/run/reference_solution.h"

#include <spdlog/logger.h>

#include <optional>
#include <utility>

#include "apps/forerun/run/boundary_files.h"
#include "apps/forerun/run/checkpoint.h"
#include "core/parareal/serial_together.h"
#include "core/propagation/logged_propagator.h"

namespace forerun {
namespace {

/// What the whole serial solution takes where a part of it was known from before: one process knows what it has spent;
/// of several each was given up where it was, and the slices that were new stand for those that were not.
double seconds_of_all(double seconds, const SolveLog& log, Index num_slices, bool is_shared) {
  const Index known = log.num_known_solves();
  if (known == 0) return seconds;
  if (!is_shared || known >= num_slices) return log.unfinished_seconds();
  return seconds * static_cast<double>(num_slices) / static_cast<double>(num_slices - known);
}

}  // namespace

SerialSolution solve_reference(const Experiment& experiment, Checkpoint* checkpoint, TimeCommunicator* communicator,
                               spdlog::logger& logger, const std::stop_token& stop, const SliceLimit& limit,
                               DisturbanceWatch& watch) {
  const BoundaryFiles files(experiment, communicator);
  if (checkpoint != nullptr) {
    if (std::optional<SerialSolution> kept = checkpoint->finished_reference(files)) return std::move(*kept);
  }
  logger.info("serial fine solution of {} slices", experiment.num_slices());
  const auto solve = [&](const Propagator& fine) {
    const auto step = [&] {
      return solve_serial_together(experiment.grid, experiment.initial, fine, communicator, experiment.config.windows,
                                   stop, limit);
    };
    return communicator == nullptr ? watch.serially(step) : step();  // several wait for each other
  };
  if (checkpoint == nullptr) return solve(*experiment.fine);
  SolveLog& log = checkpoint->begin("serial-fine");
  SerialSolution solution = solve(LoggedPropagator(*experiment.fine, log, "fine"));
  solution.seconds = seconds_of_all(solution.seconds, log, experiment.num_slices(), communicator != nullptr);
  checkpoint->finish_reference(solution, files);
  return solution;
}

}  // namespace forerun
