#pragma once

#include <filesystem>
#include <optional>

#include "apps/forerun/cli/console.h"
#include "apps/forerun/config/config_document.h"
#include "apps/forerun/run/checkpoint.h"
#include "apps/forerun/run/experiment.h"
#include "apps/forerun/run/run_directory.h"

namespace forerun {

// What a run is asked and given that processes share (`Console::communicator`); nothing where this one is alone.

/// Throws `UsageError` with the place where there are more processes than slices (of a window).
void require_slices_for_all(const ConfigDocument& document, const Experiment& experiment, const Console& console);

/// 1 where this one is alone.
int num_processes(const Console& console);

/// A process waits for others on one of its threads, and fine solves go on on the rest: there are two at least, unless
/// the configuration says how many.
void prepare_for_processes(Experiment& experiment, const Console& console);

/// The other processes' part in the run's directory that the first one has made, and in the checkpoint in it. Called by
/// all.
void join_first(std::optional<RunDirectory>& directory, std::optional<Checkpoint>& checkpoint,
                const std::filesystem::path& place, const Experiment& experiment, const Console& console,
                spdlog::logger& logger);

}  // namespace forerun
