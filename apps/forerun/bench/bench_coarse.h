#pragma once

#include <spdlog/logger.h>

#include <stop_token>
#include <vector>

#include "apps/forerun/bench/bench_report.h"
#include "apps/forerun/bench/bench_suite.h"
#include "apps/forerun/cli/console.h"

namespace forerun {

struct CoarseOptions {
  Index repeats = 3;  ///< of all of a problem; of each strategy the fastest counts
  int threads = 2;
};

/// The keys of its suite: "correctors", comma-separated.
std::vector<ParameterSpec> coarse_suite_keys();

/// The cheat sheet of coarse solvers: every strategy on the same problems (coarse_comparison.h), with iterations, fine
/// work, what setting up and coarse sweeps cost in fine passes, and speed-ups measured here and modelled on a processor
/// a slice. [coarse] of a problem's configuration is left out; what the suite's settings say of it is of the strategy
/// that they name. Of what a problem does not suit the reason is given.
BenchReport bench_coarse(const std::vector<BenchEntry>& entries, const CoarseOptions& options, const Console& console,
                         spdlog::logger& logger, std::stop_token stop);

}  // namespace forerun
