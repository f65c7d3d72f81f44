#pragma once

#include <spdlog/logger.h>

#include <stop_token>
#include <vector>

#include "apps/forerun/bench/bench_report.h"
#include "apps/forerun/bench/bench_suite.h"
#include "apps/forerun/cli/console.h"

namespace forerun {

struct PrecisionOptions {
  Index repeats = 3;  ///< of parallel runs
  std::vector<int> threads = {1, 2};
};

/// Keys of data/benchmarks/precision.toml.
std::vector<ParameterSpec> precision_keys();

/// Error over time: every serial integrator of ours and of SUNDIALS (where it is built in) on the whole interval at
/// once, and Parareal over the serial winner: at each error that is asked for, the fastest serial solver of our own
/// that reaches it becomes the fine solver, in the settings of precision/parallel_study.h, of which the fastest counts.
/// Errors are those of the end of the interval against a reference that two tight solvers agree on.
BenchReport bench_precision(const std::vector<BenchEntry>& entries, const PrecisionOptions& options,
                            const Console& console, spdlog::logger& logger, std::stop_token stop);

}  // namespace forerun
