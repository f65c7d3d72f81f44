#pragma once

#include <spdlog/logger.h>

#include <stop_token>
#include <vector>

#include "apps/forerun/bench/bench_report.h"
#include "apps/forerun/bench/bench_suite.h"
#include "apps/forerun/cli/console.h"

namespace forerun {

struct MethodsOptions {
  Index repeats = 3;  ///< of each run; the fastest counts
  int threads = 2;
};

/// The keys of its suite: "slice_seconds", and for each method, "parareal" among them, settings that are its own.
std::vector<ParameterSpec> methods_keys();

/// All methods on the same problems, Parareal as it is and with what it learns: iterations, fine work, wall-clock time
/// on this machine against serial stepping by the run's own fine solver, and on a processor a slice. The latter are
/// measured with emulated fine solves (bench_emulate.h) of `slice_seconds`, everything else being real; PFASST, which
/// makes no fine solves, is modelled from its own times. Of what a problem does not suit the reason is given.
BenchReport bench_methods(const std::vector<BenchEntry>& entries, const MethodsOptions& options, const Console& console,
                          spdlog::logger& logger, std::stop_token stop);

}  // namespace forerun
