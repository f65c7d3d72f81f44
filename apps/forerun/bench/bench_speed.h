#pragma once

#include <spdlog/logger.h>

#include <stop_token>
#include <vector>

#include "apps/forerun/bench/bench_report.h"
#include "apps/forerun/bench/bench_suite.h"
#include "apps/forerun/cli/console.h"

namespace forerun {

struct SpeedOptions {
  Index repeats = 5;
  std::vector<int> threads = {1, 2};
  /// What has taken this long at one number of threads is not repeated again.
  double enough_seconds = 4.0;
};

/// Keys of data/benchmarks/speed.toml.
std::vector<ParameterSpec> speed_keys();

/// Effective sweeps and wall-clock time of Parareal against our own serial fine solver in the same process. Serial and
/// parallel runs take turns, so that a slower moment of the machine meets both; figures are medians. Choosing the
/// levels of a ladder is part of a run's time and of its sweeps. With the levels chosen by measuring, the cheapest is
/// the coarse solver and runs stop by the error estimate.
BenchReport bench_speed(const std::vector<BenchEntry>& entries, const SpeedOptions& options, const Console& console,
                        spdlog::logger& logger, std::stop_token stop);

}  // namespace forerun
