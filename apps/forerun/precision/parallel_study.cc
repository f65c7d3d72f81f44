#include "apps/forerun/precision/parallel_study.h"

#include <set>

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/config.h"
#include "apps/forerun/precision/median.h"
#include "core/base/stop_scope.h"

namespace forerun {
namespace {

/// Slices a thread: few, where coarse solvers are dear; many, where the iteration must contract.
constexpr Index kFewSlices = 4, kManySlices = 16;
/// A coarse solver of another method is rough and much cheaper than the fine one.
constexpr double kRoughError = 1e-3;
constexpr double kMuchCheaper = 6.0;

/// As many steps a slice as the whole had, shared out.
SolverSpec on_slices(const SolverSpec& whole, Index slices) {
  if (whole.is_adaptive()) return whole;
  return with_fineness(whole, std::max<Index>(1, (whole.steps() + slices - 1) / slices));
}

ConfigDocument document_of(const ParallelTask& task, const ParallelSettings& settings) {
  constexpr const char* place = "work and precision";
  ConfigDocument own = task.document;
  for (const Setting& setting : task.document.settings()) {
    if (setting.section == "fine") own.remove("fine", setting.key);
  }
  ConfigDocument document = with_ladder(own);
  set_solver(document, "fine", settings.fine, place);
  if (settings.coarse) set_solver(document, "coarse", *settings.coarse, place);
  document.set({"time", "slices", std::int64_t{settings.slices}, place});
  document.set({"parareal", "tolerance", kParallelShare * task.error, place});
  document.set({"run", "threads", std::int64_t{settings.threads}, place});
  return document;
}

}  // namespace

std::string to_text(const ParallelSettings& settings) {
  std::string text = std::to_string(settings.slices) + " slices, ";
  if (settings.coarse) text += "coarse " + to_text(*settings.coarse) + ", ";
  return text + settings.corrector;
}

std::vector<ParallelSettings> parallel_candidates(const std::vector<PrecisionPoint>& serial, double error,
                                                  Index configured_slices, int threads) {
  const PrecisionPoint* fine = fastest_within(serial, (1.0 - kParallelShare) * error);
  if (fine == nullptr) return {};
  const PrecisionPoint* rough = fastest_within(serial, kRoughError);
  const bool rough_helps =
      rough != nullptr && rough->solver.method != fine->solver.method && kMuchCheaper * rough->seconds <= fine->seconds;
  const std::set<Index> counts = {kFewSlices * threads, kManySlices * threads,
                                  std::max<Index>(configured_slices, threads)};
  std::vector<ParallelSettings> candidates;
  for (const Index slices : counts) {
    ParallelSettings settings;
    settings.slices = slices;
    settings.fine = on_slices(fine->solver, slices);
    settings.threads = threads;
    candidates.push_back(settings);
    if (!rough_helps) continue;
    settings.coarse = on_slices(rough->solver, slices);
    candidates.push_back(settings);
  }
  return candidates;
}

ParallelPoint measure_parallel(const ParallelTask& task, const ParallelSettings& settings, const Console& console,
                               spdlog::logger& logger, const std::stop_token& stop) {
  const ConfigDocument document = document_of(task, settings);
  ParallelPoint point;
  point.settings = settings;
  std::vector<double> seconds;
  for (Index i = 0; i < task.repeats; ++i) {
    if (stop.stop_requested()) throw StopRequested{};
    const Experiment experiment = make_experiment(document);
    const std::optional<TimedRun> run = timed_run(experiment, settings.corrector, console, logger, stop);
    if (!run) throw StopRequested{};
    seconds.push_back(run->seconds());
    point.converged = run->record.converged();
    point.error = task.norm.distance(run->record.boundaries.rightCols(1), task.reference);
  }
  point.seconds = median(seconds);
  return point;
}

std::vector<ParallelPoint> study_parallel(const ParallelTask& task, const std::vector<ParallelSettings>& candidates,
                                          const Console& console, spdlog::logger& logger, const std::stop_token& stop) {
  std::vector<ParallelPoint> points;
  const auto measure = [&](const ParallelSettings& settings) {
    try {
      points.push_back(measure_parallel(task, settings, console, logger, stop));
    } catch (const UsageError&) {
      // Slices too short for the machine's numbers, or the like.
    }
  };
  for (const ParallelSettings& settings : candidates) measure(settings);
  if (const ParallelPoint* best = fastest_reaching(points, task.error)) {
    ParallelSettings learned = best->settings;
    learned.corrector = "auto";
    measure(learned);
  }
  return points;
}

const ParallelPoint* fastest_reaching(const std::vector<ParallelPoint>& points, double error) {
  const ParallelPoint* best = nullptr;
  for (const ParallelPoint& point : points) {
    if (point.reaches(error) && (best == nullptr || point.seconds < best->seconds)) best = &point;
  }
  return best;
}

}  // namespace forerun
