#pragma once

#include <spdlog/logger.h>

#include <stop_token>
#include <vector>

#include "apps/forerun/bench/bench_report.h"
#include "apps/forerun/bench/bench_suite.h"
#include "apps/forerun/cli/console.h"
#include "core/record/scaling_model.h"

namespace forerun {

/// The keys of its suite: "correctors", "slice_seconds".
std::vector<ParameterSpec> network_keys();

/// What messages between the processes take, found by a ring in which each waits for the one before, as they do in a
/// sweep; medians of some rounds. Called by all of them.
Network measured_network(TimeCommunicator& communicator);

/// What messages between processes take, and whether a run that they share takes what the model of many processors
/// (core/record/scaling_model.h) says with these times. Fine solves are emulated: each process is one processor, and
/// delivers a result `slice_seconds` after it began with it; sweeps, learning and messages are real. So more processes
/// than cores can be tried, as long as what is real fits on the cores. Called by all processes, which are several.
BenchReport bench_network(const std::vector<BenchEntry>& entries, Index repeats, const Console& console,
                          spdlog::logger& logger, std::stop_token stop);

}  // namespace forerun
