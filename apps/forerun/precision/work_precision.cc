#include "apps/forerun/precision/work_precision.h"

#include <cmath>
#include <limits>

#include "apps/forerun/precision/median.h"
#include "apps/forerun/precision/time_limit.h"
#include "core/base/stop_scope.h"
#include "core/base/stopwatch.h"

namespace forerun {
namespace {

constexpr double kLoosest = 1e-2;
constexpr int kMostHalfDecades = 22;  // below 10⁻²
/// Solves as short as this are timed several times.
constexpr double kShortSolveSeconds = 0.2;
constexpr std::size_t kRepeats = 5;

/// No value: the solver failed, or its time was up. What is beaten is not timed again.
std::optional<PrecisionPoint> measure(const PrecisionTask& task, const SolverSpec& solver,
                                      const std::function<bool(const PrecisionPoint&)>& is_beaten) {
  const std::unique_ptr<Propagator> propagator = task.problem.make_propagator(solver);
  const TimeLimit limit(task.max_seconds);
  const std::stop_token is_late = limit.token();
  const StopScope scope(is_late);
  State end(task.initial.size());
  const auto timed = [&] {
    const Stopwatch watch;
    propagator->propagate(task.interval, task.initial, end);
    return watch.seconds();
  };
  try {
    std::vector<double> seconds = {timed()};
    if (!end.allFinite()) return std::nullopt;
    PrecisionPoint point{solver, seconds.front(), task.norm.distance(end, task.reference)};
    if (point.seconds >= kShortSolveSeconds || is_beaten(point)) return point;
    while (seconds.size() < kRepeats) seconds.push_back(timed());
    point.seconds = median(seconds);
    return point;
  } catch (const std::exception&) {
    return std::nullopt;
  } catch (const StopRequested&) {
    if (!is_late.stop_requested()) throw;
    return std::nullopt;
  }
}

}  // namespace

State solve_whole(const OdeProblem& problem, const SolverSpec& solver, const Slice& interval, const State& initial) {
  State end(initial.size());
  problem.make_propagator(solver)->propagate(interval, initial, end);
  return end;
}

SolverSpec loosest(const std::string& method) {
  return is_adaptive(method) ? SolverSpec(method, kLoosest) : SolverSpec(method, 1);
}

std::optional<SolverSpec> next_finer(const SolverSpec& solver) {
  if (solver.is_adaptive()) {
    // 1e-2, 3e-3, 1e-3, …: numbers that people write.
    const int done = static_cast<int>(std::lround(2.0 * std::log10(kLoosest / solver.tolerance())));
    if (done >= kMostHalfDecades) return std::nullopt;
    const std::string text = (done % 2 == 0 ? "3e-" : "1e-") + std::to_string(3 + done / 2);
    SolverSpec finer = solver;
    finer.refine_to(std::stod(text));
    return finer;
  }
  constexpr Index most = Index{1} << 26;
  return solver.steps() >= most ? std::nullopt : std::optional(with_fineness(solver, 2 * solver.steps()));
}

std::vector<PrecisionPoint> precision_series(const PrecisionTask& task, const SolverSpec& loosest,
                                             const std::function<bool(const PrecisionPoint&)>& is_beaten,
                                             const std::stop_token& stop) {
  std::vector<PrecisionPoint> points;
  std::optional<SolverSpec> solver = loosest;
  double least_error = std::numeric_limits<double>::infinity();
  while (solver && !stop.stop_requested()) {
    const Stopwatch watch;
    const std::optional<PrecisionPoint> point = measure(task, *solver, is_beaten);
    if (point && std::isfinite(point->error)) {
      points.push_back(*point);
      least_error = std::min(least_error, point->error);
      if (is_beaten(*point)) break;
    }
    const bool is_fine_enough = least_error < task.smallest_error;
    const double seconds = point ? point->seconds : watch.seconds();
    if (is_fine_enough || seconds > task.max_seconds) break;
    solver = next_finer(*solver);
  }
  return points;
}

const PrecisionPoint* fastest_within(const std::vector<PrecisionPoint>& points, double error) {
  const PrecisionPoint* best = nullptr;
  for (const PrecisionPoint& point : points) {
    if (point.error <= error && (best == nullptr || point.seconds < best->seconds)) best = &point;
  }
  return best;
}

}  // namespace forerun
