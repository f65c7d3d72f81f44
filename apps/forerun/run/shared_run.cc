#include "apps/forerun/run/shared_run.h"

#include <string>

#include "apps/forerun/cli/usage_error.h"
#include "core/execution/time_communicator.h"

namespace forerun {

void require_slices_for_all(const ConfigDocument& document, const Experiment& experiment, const Console& console) {
  if (console.communicator == nullptr || console.communicator->size() <= experiment.window_slices()) return;
  throw UsageError(place_of(document, "time", "slices") + ": [time] slices: " +
                   std::to_string(experiment.window_slices()) + (experiment.config.windows > 1 ? " a window" : "") +
                   ": must be at least as many as the processes, " + std::to_string(console.communicator->size()));
}

int num_processes(const Console& console) { return console.communicator != nullptr ? console.communicator->size() : 1; }

void prepare_for_processes(Experiment& experiment, const Console& console) {
  if (console.communicator == nullptr) return;
  constexpr int least = 2;
  if (experiment.config.threads == 0 && experiment.executor->num_threads() < least) {
    experiment.executor = make_tbb_executor(least);
  }
}

void join_first(std::optional<RunDirectory>& directory, std::optional<Checkpoint>& checkpoint,
                const std::filesystem::path& place, const Experiment& experiment, const Console& console,
                spdlog::logger& logger) {
  if (console.communicator == nullptr) return;
  console.communicator->gather("");  // it is there
  if (console.speaks()) return;
  directory.emplace(place, RunDirectory::Content::of_this_run);
  checkpoint.emplace(place, experiment.config.checkpoint_seconds, console.communicator->rank(), logger);
}

}  // namespace forerun
