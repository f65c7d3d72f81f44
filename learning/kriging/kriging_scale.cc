#include "learning/kriging/kriging_scale.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace forerun {
namespace {

/// Where the search looks: exponents of the length (to 2) and of the nugget (to 10).
struct GridPoint {
  double length;
  double nugget;
};

constexpr double kMinLength = -1.0, kMaxLength = 9.0, kMinNugget = -14.0, kMaxNugget = -6.0;

KrigingScale scale_at(const GridPoint& point) { return {std::exp2(point.length), std::pow(10.0, point.nugget)}; }

std::vector<GridPoint> coarse_grid() {
  std::vector<GridPoint> points;
  for (double length = kMinLength; length <= kMaxLength; length += 2.0)
    for (double nugget = kMinNugget; nugget <= kMaxNugget; nugget += 4.0) points.push_back({length, nugget});
  return points;
}

std::vector<GridPoint> neighbors_of(const GridPoint& point, double step) {
  std::vector<GridPoint> points;
  for (const double i : {-1.0, 0.0, 1.0})
    for (const double j : {-1.0, 0.0, 1.0}) {
      const GridPoint next{point.length + i * step, point.nugget + 2.0 * j * step};
      const bool inside = next.length >= kMinLength && next.length <= kMaxLength && next.nugget >= kMinNugget &&
                          next.nugget <= kMaxNugget;
      if (inside && (i != 0.0 || j != 0.0)) points.push_back(next);
    }
  return points;
}

/// The best point so far, and what it is worth.
class ScaleSearch {
 public:
  ScaleSearch(CovarianceKernel kernel, std::span<const KrigingEvidence> evidence, SliceExecutor& executor)
      : kernel_(kernel), evidence_(evidence), executor_(executor) {}

  void look_at(const std::vector<GridPoint>& points) {
    const auto num_evidence = static_cast<Index>(evidence_.size());
    States deviances(num_evidence, static_cast<Index>(points.size()));
    executor_.for_each(deviances.size(), [&](Index piece) {
      const Index e = piece % num_evidence, p = piece / num_evidence;
      const KrigingEvidence& evidence = evidence_[static_cast<std::size_t>(e)];
      deviances(e, p) = profiled_deviance(kernel_, evidence.squared_distances, evidence.outputs,
                                          scale_at(points[static_cast<std::size_t>(p)]));
    });
    for (std::size_t p = 0; p < points.size(); ++p) {
      const double deviance = deviances.col(static_cast<Index>(p)).sum();
      if (!(deviance < least_)) continue;
      least_ = deviance;
      best_ = points[p];
    }
  }

  bool found() const { return std::isfinite(least_); }
  const GridPoint& best() const { return best_; }

 private:
  CovarianceKernel kernel_;
  std::span<const KrigingEvidence> evidence_;
  SliceExecutor& executor_;
  double least_ = std::numeric_limits<double>::infinity();
  GridPoint best_{};
};

}  // namespace

KrigingScale most_likely_scale(CovarianceKernel kernel, std::span<const KrigingEvidence> evidence,
                               SliceExecutor& executor) {
  ScaleSearch search(kernel, evidence, executor);
  if (!evidence.empty()) search.look_at(coarse_grid());
  if (!search.found()) return {};
  for (const double step : {1.0, 0.5}) search.look_at(neighbors_of(search.best(), step));
  return scale_at(search.best());
}

}  // namespace forerun
