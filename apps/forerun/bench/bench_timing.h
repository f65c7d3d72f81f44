#pragma once

#include <spdlog/logger.h>

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "apps/forerun/bench/bench_suite.h"
#include "apps/forerun/cli/console.h"
#include "apps/forerun/precision/timed_run.h"

namespace forerun {

/// A way to solve a problem: "auto", "auto+ladder".
struct Variant {
  std::string corrector;
  bool ladder = false;

  std::string name() const { return corrector + (ladder ? "+ladder" : ""); }
};

/// "classic+ladder"; throws `ParameterError` for an unknown corrector.
Variant parse_variant(const std::string& text);

/// Runs of one variant at one number of threads. Figures that do not change are those of the first run.
struct VariantTiming {
  Variant variant;
  std::vector<double> seconds;           ///< each run, choosing its levels included
  std::vector<double> planning_seconds;  ///< each run, choosing its levels
  double planning_sweeps = 0.0;
  double sweeps = 0.0;  ///< effective, choosing the levels included
  Index iterations = 0;
  double max_error = 0.0;         ///< against serial fine, in the scaled state
  double modelled_speedup = 0.0;  ///< one processor a slice; solvers timed alone
  bool converged = false;
  bool left_out = false;  ///< a ladder for which no level was found that is cheaper and good enough
};

struct ProblemTiming {
  int threads = 1;
  std::vector<double> serial_seconds;
  std::vector<VariantTiming> variants;
  bool interrupted = false;
};

struct TimingOptions {
  int threads = 1;
  Index repeats = 1;
  double enough_seconds = 0.0;  ///< what has taken this long is not repeated
  bool model = false;           ///< fill `modelled_speedup`
};

/// Serial fine and all variants in turn, `repeats` times; one more time before, uncounted, where that takes little.
ProblemTiming time_problem(const BenchEntry& entry, const std::vector<Variant>& variants, const TimingOptions& options,
                           const Console& console, spdlog::logger& logger, std::stop_token stop);

}  // namespace forerun
