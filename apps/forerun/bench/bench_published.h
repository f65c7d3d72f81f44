#pragma once

#include <spdlog/logger.h>

#include <stop_token>
#include <vector>

#include "apps/forerun/bench/bench_report.h"
#include "apps/forerun/bench/bench_suite.h"
#include "apps/forerun/cli/console.h"

namespace forerun {

/// Keys of data/references/published_iterations.toml.
std::vector<ParameterSpec> published_keys();

/// Iterations until convergence by the published rule, for every corrector at the configurations' settings and seeds
/// 1 … num_seeds (once where a corrector has no randomness), beside what was published. Deterministic.
BenchReport bench_published(const std::vector<BenchEntry>& entries, Index num_seeds, const Console& console,
                            spdlog::logger& logger, std::stop_token stop);

}  // namespace forerun
