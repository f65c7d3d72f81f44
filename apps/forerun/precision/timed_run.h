#pragma once

#include <spdlog/logger.h>

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "apps/forerun/cli/console.h"
#include "apps/forerun/config/config_document.h"
#include "apps/forerun/run/experiment.h"
#include "core/record/run_record.h"

namespace forerun {

/// The document without [coarse] and with `levels = "auto"`: the cheapest of the levels is the coarse solver then.
ConfigDocument with_ladder(const ConfigDocument& document);

/// One run of Parareal, and what choosing its levels took before.
struct TimedRun {
  RunRecord record;
  double planning_seconds = 0.0;
  double planning_sweeps = 0.0;

  double seconds() const { return planning_seconds + record.seconds.total; }
};

/// nullopt where it was interrupted. `model` is what it starts from, if anything.
std::optional<TimedRun> timed_run(const Experiment& experiment, const std::string& corrector, const Console& console,
                                  spdlog::logger& logger, const std::stop_token& stop,
                                  const std::shared_ptr<const LearnedModel>& model = nullptr);

}  // namespace forerun
