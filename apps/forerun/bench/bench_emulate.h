#pragma once

#include <spdlog/logger.h>

#include <stop_token>
#include <vector>

#include "apps/forerun/bench/bench_report.h"
#include "apps/forerun/bench/bench_suite.h"
#include "apps/forerun/cli/console.h"

namespace forerun {

struct EmulateOptions {
  Index repeats = 3;  ///< of each variant's emulated run; the fastest counts
};

/// The keys of its suite: "variants", "slice_seconds", "store", "cold_goal", "store_goal", "ladder_goal".
std::vector<ParameterSpec> emulate_keys();

/// Wall-clock speed-up with a processor a slice, measured on a small machine: each variant is run once as it is, every
/// solve of its fine solver recorded, and then again with workers that deliver the recorded results after the recorded
/// time (emulation.h), while coarse sweeps, learning and the engine are real. The second run is the first one, bit for
/// bit; a variant for which that is not so is reported as missed.
BenchReport bench_emulate(const std::vector<BenchEntry>& entries, const EmulateOptions& options, const Console& console,
                          spdlog::logger& logger, std::stop_token stop);

}  // namespace forerun
