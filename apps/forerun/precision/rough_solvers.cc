#include "apps/forerun/precision/rough_solvers.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string>

#include "solvers/coarsening/problem_variant.h"

namespace forerun {
namespace {

constexpr double kRoughError = 1e-3;
constexpr double kVeryRoughError = 1e-2;
/// Coarse sweeps are serial: there is one more than iterations.
constexpr double kMuchCheaper = 5.0;
/// An error this much above what its mesh allows is about that.
constexpr double kAboutTheLeast = 1.3;
/// Steps and tolerances that leave the error almost as it was no longer matter beside the mesh.
constexpr double kHardlyLess = 0.8;
constexpr Index kMostCoarsening = 32;

bool is_much_cheaper(const PrecisionPoint& rough, const PrecisionPoint& fine) {
  return kMuchCheaper * rough.seconds <= fine.seconds;
}

SolverSpec on_coarser_mesh(const std::string& method, Index coarsening) {
  SolverSpec solver = loosest(method);
  solver.options.set("coarsening", std::int64_t{coarsening});
  return solver;
}

bool has_mesh_for(const OdeProblem& problem, const SolverSpec& solver) {
  try {
    make_variant(problem, solver);
    return true;
  } catch (const ParameterError&) {
    return false;
  }
}

/// The first that the mesh takes from 2 on, from 4 on, …
std::set<Index> coarsenings_of(const PrecisionTask& task, const std::string& method) {
  std::set<Index> chosen;
  for (const Index least : {2, 4, 8, 16}) {
    for (Index factor = least; factor <= kMostCoarsening; ++factor) {
      if (!has_mesh_for(task.problem, on_coarser_mesh(method, factor))) continue;
      chosen.insert(factor);
      break;
    }
  }
  return chosen;
}

/// Finer and finer until only the mesh is to blame for the error, or until it takes too long.
std::vector<PrecisionPoint> series_on_mesh(PrecisionTask task, const SolverSpec& loosest, const PrecisionPoint& fine,
                                           const std::stop_token& stop) {
  task.max_seconds = fine.seconds;
  // Asked twice of a point: before it is timed again, and after.
  double last_error = std::numeric_limits<double>::infinity();
  std::optional<PrecisionPoint> last;
  const auto is_fine_enough = [&](const PrecisionPoint& point) {
    if (last && last->solver != point.solver) last_error = last->error;
    last = point;
    const bool is_hardly_less = point.error < 1.0 && point.error > kHardlyLess * last_error;
    return is_hardly_less || !is_much_cheaper(point, fine);
  };
  try {
    return precision_series(task, loosest, is_fine_enough, stop);
  } catch (const ParameterError&) {
    return {};  // the equation on this mesh does not offer the method
  }
}

/// Nothing where none is cheap enough.
std::optional<PrecisionPoint> cheapest_at_the_meshs_error(const std::vector<PrecisionPoint>& points,
                                                          const PrecisionPoint& fine) {
  double least = std::numeric_limits<double>::infinity();
  for (const PrecisionPoint& point : points) least = std::min(least, point.error);
  const PrecisionPoint* best = fastest_within(points, kAboutTheLeast * least);
  return best != nullptr && is_much_cheaper(*best, fine) ? std::optional(*best) : std::nullopt;
}

}  // namespace

std::vector<PrecisionPoint> rough_solvers(const PrecisionTask& task, const std::vector<PrecisionPoint>& serial,
                                          const PrecisionPoint& fine, const std::stop_token& stop) {
  std::vector<PrecisionPoint> rough;
  const PrecisionPoint* other = fastest_within(serial, kRoughError);
  if (other != nullptr && other->solver.method != fine.solver.method && is_much_cheaper(*other, fine)) {
    rough.push_back(*other);
  }
  std::set<std::string> methods = {fine.solver.method};
  if (const PrecisionPoint* fastest = fastest_within(serial, kVeryRoughError)) methods.insert(fastest->solver.method);
  for (const Index coarsening : coarsenings_of(task, fine.solver.method)) {
    std::vector<PrecisionPoint> points;
    for (const std::string& method : methods) {
      const auto series = series_on_mesh(task, on_coarser_mesh(method, coarsening), fine, stop);
      points.insert(points.end(), series.begin(), series.end());
    }
    if (const auto best = cheapest_at_the_meshs_error(points, fine)) rough.push_back(*best);
  }
  return rough;
}

}  // namespace forerun
