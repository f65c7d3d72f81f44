#include "apps/forerun/cli/remaining_time.h"

#include <algorithm>
#include <cmath>

namespace forerun {
namespace {

/// Iterations until the increment is below the tolerance if its trend goes on; nullopt where there is none.
std::optional<double> iterations_by_trend(const std::vector<IterationRecord>& iterations, double tolerance) {
  constexpr std::size_t window = 4;
  constexpr double slowest_trend = 0.05;  // a factor of 0.95 an iteration: no basis for a promise
  if (iterations.size() < 2 || !(tolerance > 0.0)) return std::nullopt;
  const std::size_t steps = std::min(window, iterations.size() - 1);
  const double first = iterations[iterations.size() - 1 - steps].increment;
  const double last = iterations.back().increment;
  const double rate = std::log(first / last) / static_cast<double>(steps);
  if (!std::isfinite(rate) || rate < slowest_trend) return std::nullopt;
  return std::max(1.0, std::ceil(std::log(last / tolerance) / rate));
}

}  // namespace

std::optional<RemainingTime> remaining_time(const std::vector<IterationRecord>& iterations, Index num_slices,
                                            Index limit, double tolerance) {
  if (iterations.empty()) return std::nullopt;
  const Index by_front = num_slices - iterations.back().converged_front;
  const Index by_limit = limit - static_cast<Index>(iterations.size());
  const double bound = static_cast<double>(std::max<Index>(0, std::min(by_front, by_limit)));
  const double last_seconds = iterations.back().seconds.total;
  const std::optional<double> trend = iterations_by_trend(iterations, tolerance);
  if (!trend || *trend >= bound) return RemainingTime{bound * last_seconds, bound > 0.0};
  return RemainingTime{*trend * last_seconds, false};
}

}  // namespace forerun
