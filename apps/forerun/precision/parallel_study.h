#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "apps/forerun/precision/timed_run.h"
#include "apps/forerun/precision/work_precision.h"

namespace forerun {

/// A way to run Parareal. Below `fine` there are [fine] levels = "auto", whose cheapest is the coarse solver unless one
/// is given; none where that is on a coarser mesh.
struct ParallelSettings {
  Index slices = 1;
  SolverSpec fine;                   ///< on a slice
  std::optional<SolverSpec> coarse;  ///< on a slice
  std::string corrector = "classic";
  int threads = 1;

  bool operator==(const ParallelSettings&) const = default;
  bool has_ladder() const { return !coarse || coarse->coarsening() == 1; }
};

/// The same on other slices: steps are shared out among them, as many as before or a few more.
ParallelSettings on_slices(ParallelSettings settings, Index slices);

/// "64 slices, coarse rkc2 to 1e-03, classic".
std::string to_text(const ParallelSettings& settings);

/// A measured run. Its seconds include choosing the levels.
struct ParallelPoint {
  ParallelSettings settings;
  double seconds = std::numeric_limits<double>::quiet_NaN();
  double error = std::numeric_limits<double>::quiet_NaN();
  bool converged = false;

  bool reaches(double wanted) const { return converged && error <= wanted; }
};

inline constexpr double kUnlimitedSeconds = 1e9;

/// What parallel runs are measured on: a configuration, whose own solvers are not looked at.
struct ParallelTask {
  const ConfigDocument& document;
  State reference;  ///< the solution at the end
  StateNorm norm;
  double error = 1e-6;  ///< wanted at the end
  Index repeats = 1;
  double max_seconds = kUnlimitedSeconds;  ///< of a run, which is broken off then
};

/// Of an error that is wanted so much is left to the iteration; the rest is the fine solver's.
constexpr double kParallelShare = 0.3;

/// The fastest of `serial` that leaves room for the iteration's error; nullptr where none is accurate enough.
const PrecisionPoint* fine_solver(const std::vector<PrecisionPoint>& serial, double error);

/// Settings worth measuring with that as fine solver: few slices and many, with a level or one of `rough`
/// (rough_solvers.h) as coarse one. Specs are of the whole interval, and shared out. Those on coarser meshes are tried
/// on two slices a thread: the study goes on from there.
std::vector<ParallelSettings> parallel_candidates(const SolverSpec& fine, const std::vector<PrecisionPoint>& rough,
                                                  Index configured_slices, int threads);

/// The median of `task.repeats` runs; no value where one was broken off. Throws
/// `StopRequested` where `stop` asks; `UsageError` for settings that the configuration cannot have.
std::optional<ParallelPoint> measure_parallel(const ParallelTask& task, const ParallelSettings& settings,
                                              const Console& console, spdlog::logger& logger,
                                              const std::stop_token& stop);

/// Measures all candidates with classic Parareal, the fastest of them with twice and half as many slices as long as
/// that is faster yet, and with `auto` as well; one that converges to a little more than
/// the error wanted also with a finer fine solver. A run that takes three times as long as the fastest before
/// it is broken off. Returns the points of all others. Candidates that the configuration cannot have are left out.
/// Throws `StopRequested`.
std::vector<ParallelPoint> study_parallel(ParallelTask task, const std::vector<ParallelSettings>& candidates,
                                          const Console& console, spdlog::logger& logger, const std::stop_token& stop);

/// The fastest point that has converged within `error`.
const ParallelPoint* fastest_reaching(const std::vector<ParallelPoint>& points, double error);

}  // namespace forerun
