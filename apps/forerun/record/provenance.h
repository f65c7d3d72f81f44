#pragma once

#include <string>
#include <vector>

#include "apps/forerun/config/config_document.h"
#include "apps/forerun/run/comparison.h"
#include "apps/forerun/run/process_places.h"

namespace forerun {

/// Where a result comes from, as JSON: version, compiler and flags, machine, processes, command, threads, seed, and the
/// XXH3-128 digests of the configuration, the initial state and the model that was started from. Reads those files: to
/// be asked for before the run, while they are what the run reads. Throws `FileError`.
std::string provenance_json(const Experiment& experiment, const ConfigDocument& document,
                            const std::vector<std::string>& command, const std::optional<WarmStart>& warm_start,
                            const std::vector<ProcessPlace>& processes = {});

}  // namespace forerun
