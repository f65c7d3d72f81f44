#pragma once

#include <spdlog/logger.h>

#include <stop_token>
#include <vector>

#include "apps/forerun/bench/bench_report.h"
#include "apps/forerun/bench/bench_suite.h"
#include "apps/forerun/cli/console.h"

namespace forerun {

/// The keys of its suite: "unseen", how many runs are drawn that no network has seen, and "kinds", the networks.
std::vector<ParameterSpec> operators_keys();

/// Operator networks as coarse solvers of the runs of a campaign, beside correctors that learn during the run: each
/// network is trained from the campaign's draws, and all solve the same unseen ones by classic Parareal, while stencil,
/// randnet and kriging correct the campaign's own coarse solver (stencil where the equation has a mesh). Iterations,
/// what training has cost, and in words who takes the fewest iterations and who saves the most of them for a second of
/// training.
BenchReport bench_operators(const std::vector<BenchEntry>& entries, const Console& console, spdlog::logger& logger,
                            std::stop_token stop);

}  // namespace forerun
