#include "apps/forerun/precision/parallel_study.h"

#include <algorithm>
#include <set>

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/config.h"
#include "apps/forerun/precision/median.h"
#include "apps/forerun/precision/time_limit.h"
#include "core/base/stop_scope.h"

namespace forerun {
namespace {

/// A run that takes this many times as long as the fastest is of no interest.
constexpr double kHopelessInParallel = 3.0;
/// Slices a thread: few, where coarse solvers are dear; many, where the iteration must contract.
constexpr Index kFewSlices = 4, kManySlices = 16, kSlicesOnMeshes = 2;

/// As many steps on `slices` slices as on `before`, or a few more.
SolverSpec shared_out(const SolverSpec& solver, Index before, Index slices) {
  if (solver.is_adaptive()) return solver;
  return with_fineness(solver, std::max<Index>(1, (solver.steps() * before + slices - 1) / slices));
}

ConfigDocument document_of(const ParallelTask& task, const ParallelSettings& settings) {
  constexpr const char* place = "work and precision";
  ConfigDocument own = task.document;
  for (const Setting& setting : task.document.settings()) {
    if (setting.section == "fine" || setting.section == "coarse") own.remove(setting.section, setting.key);
  }
  ConfigDocument document = settings.has_ladder() ? with_ladder(own) : own;
  set_solver(document, "fine", settings.fine, place);
  if (settings.coarse) set_solver(document, "coarse", *settings.coarse, place);
  document.set({"time", "slices", std::int64_t{settings.slices}, place});
  document.set({"parareal", "tolerance", kParallelShare * task.error, place});
  document.set({"run", "threads", std::int64_t{settings.threads}, place});
  return document;
}

/// Where a run is off by not much more than the error wanted, though its iteration has converged. Steps that are
/// equal lose nothing by starting anew.
std::optional<ParallelSettings> finer_fine(const ParallelPoint& point, double error) {
  constexpr double little = 5.0;
  const bool is_a_little_off = point.converged && point.error > error && point.error <= little * error;
  if (!is_a_little_off || !point.settings.fine.is_adaptive()) return std::nullopt;
  const std::optional<SolverSpec> finer = next_finer(point.settings.fine);
  if (!finer) return std::nullopt;
  ParallelSettings settings = point.settings;
  settings.fine = *finer;
  return settings;
}

/// No value: it would take longer than the task allows. Not even a slice need end, where steps that follow a tolerance
/// go on from a state that is far off.
std::optional<TimedRun> run_in_time(const ParallelTask& task, const ParallelSettings& settings, const Console& console,
                                    spdlog::logger& logger, const std::stop_token& stop) {
  const TimeLimit limit(task.max_seconds, stop);
  const std::stop_token token = limit.token();
  const StopScope scope(token);
  std::optional<TimedRun> run;
  try {
    run = timed_run(make_experiment(document_of(task, settings)), settings.corrector, console, logger, token);
  } catch (const StopRequested&) {
  }
  if (stop.stop_requested()) throw StopRequested{};
  return run;
}

bool has_measured(const std::vector<ParallelPoint>& points, const ParallelSettings& settings) {
  return std::any_of(points.begin(), points.end(), [&](const ParallelPoint& p) { return p.settings == settings; });
}

}  // namespace

ParallelSettings on_slices(ParallelSettings settings, Index slices) {
  settings.fine = shared_out(settings.fine, settings.slices, slices);
  if (settings.coarse) settings.coarse = shared_out(*settings.coarse, settings.slices, slices);
  settings.slices = slices;
  return settings;
}

std::string to_text(const ParallelSettings& settings) {
  std::string text = std::to_string(settings.slices) + " slices, ";
  if (settings.coarse) text += "coarse " + to_text(*settings.coarse) + ", ";
  return text + settings.corrector;
}

const PrecisionPoint* fine_solver(const std::vector<PrecisionPoint>& serial, double error) {
  return fastest_within(serial, (1.0 - kParallelShare) * error);
}

std::vector<ParallelSettings> parallel_candidates(const SolverSpec& fine, const std::vector<PrecisionPoint>& rough,
                                                  Index configured_slices, int threads) {
  std::vector<ParallelSettings> candidates;
  const auto add = [&](const std::optional<SolverSpec>& coarse, Index slices) {
    const ParallelSettings whole{.slices = 1, .fine = fine, .coarse = coarse, .threads = threads};
    candidates.push_back(on_slices(whole, slices));
  };
  const std::set<Index> counts = {kFewSlices * threads, kManySlices * threads,
                                  std::max<Index>(configured_slices, threads)};
  for (const Index slices : counts) {
    add(std::nullopt, slices);
    for (const PrecisionPoint& point : rough) {
      if (point.solver.coarsening() == 1) add(point.solver, slices);
    }
  }
  for (const PrecisionPoint& point : rough) {
    if (point.solver.coarsening() > 1) add(point.solver, kSlicesOnMeshes * threads);
  }
  return candidates;
}

std::optional<ParallelPoint> measure_parallel(const ParallelTask& task, const ParallelSettings& settings,
                                              const Console& console, spdlog::logger& logger,
                                              const std::stop_token& stop) {
  ParallelPoint point;
  point.settings = settings;
  std::vector<double> seconds;
  for (Index i = 0; i < task.repeats; ++i) {
    const std::optional<TimedRun> run = run_in_time(task, settings, console, logger, stop);
    if (!run) return std::nullopt;
    seconds.push_back(run->seconds());
    point.converged = run->record.converged();
    point.error = task.norm.distance(run->record.boundaries.rightCols(1), task.reference);
  }
  point.seconds = median(seconds);
  return point;
}

std::vector<ParallelPoint> study_parallel(ParallelTask task, const std::vector<ParallelSettings>& candidates,
                                          const Console& console, spdlog::logger& logger, const std::stop_token& stop) {
  std::vector<ParallelPoint> points;
  const auto measure = [&](const ParallelSettings& settings) {
    try {
      const std::optional<ParallelPoint> point = measure_parallel(task, settings, console, logger, stop);
      if (!point) return;
      points.push_back(*point);
      // Many starts may cost a solver the accuracy that it has on the whole: the next finer one then.
      if (const auto finer = finer_fine(*point, task.error)) {
        if (const auto better = measure_parallel(task, *finer, console, logger, stop)) points.push_back(*better);
      }
      const ParallelPoint* best = fastest_reaching(points, task.error);
      if (best != nullptr) task.max_seconds = std::min(task.max_seconds, kHopelessInParallel * best->seconds);
    } catch (const UsageError& error) {
      // Slices too short for the machine's numbers, or the like.
      logger.info("{}: left out: {}", to_text(settings), error.what());
    }
  };
  for (const ParallelSettings& settings : candidates) measure(settings);
  if (fastest_reaching(points, task.error) == nullptr) return points;
  for (const bool more : {true, false}) {
    ParallelSettings best = fastest_reaching(points, task.error)->settings;
    while (more || best.slices % 2 == 0) {
      best = on_slices(best, more ? 2 * best.slices : best.slices / 2);
      if (best.slices < best.threads || has_measured(points, best)) break;
      measure(best);
      if (fastest_reaching(points, task.error)->settings != best) break;
    }
  }
  ParallelSettings learned = fastest_reaching(points, task.error)->settings;
  learned.corrector = "auto";
  measure(learned);
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
