#include "apps/forerun/precision/serial_study.h"

#include <algorithm>

#include "core/base/parameters.h"
#include "solvers/integrators/sundials/sundials_entries.h"

namespace forerun {
namespace {

constexpr double kHopelessInSeries = 4.0;
/// Shorter solves tell too little of what a method costs.
constexpr double kTellingSeconds = 1e-3;

bool is_of_sundials(const std::string& method) {
  const std::vector<IntegratorEntry> entries = sundials_entries();
  return std::any_of(entries.begin(), entries.end(), [&](const IntegratorEntry& e) { return e.name == method; });
}

}  // namespace

std::vector<std::string> all_methods() {
  const auto rank = [](const IntegratorEntry& entry) {
    if (is_of_sundials(entry.name)) return entry.needs == IntegratorNeeds::nothing ? 5 : 4;
    if (entry.order == 0 && !entry.adaptive) return -1;  // stands for another solver, or for none of a known order
    return (entry.needs == IntegratorNeeds::nothing ? 0 : 1) + (entry.adaptive ? 0 : 2);
  };
  std::vector<std::string> names;
  for (int wanted = 0; wanted <= 5; ++wanted) {
    for (const IntegratorEntry& integrator : integrator_registry()) {
      if (rank(integrator) == wanted) names.push_back(integrator.name);
    }
  }
  return names;
}

SerialStudy study_serial_solvers(const PrecisionTask& task, const std::vector<std::string>& methods,
                                 double loosest_error, const std::function<bool(const std::string&)>& at_method,
                                 const std::stop_token& stop) {
  SerialStudy study;
  for (const std::string& method : methods) {
    if (stop.stop_requested() || !at_method(method)) break;
    std::vector<PrecisionPoint>& points = is_of_sundials(method) ? study.sundials : study.own;
    const auto is_beaten = [&](const PrecisionPoint& point) {
      const PrecisionPoint* best = fastest_within(points, std::min(point.error, loosest_error));
      return best != nullptr && point.seconds > kHopelessInSeries * best->seconds && point.seconds > kTellingSeconds;
    };
    PrecisionTask limited = task;
    if (const PrecisionPoint* best = fastest_within(points, std::min(task.smallest_error, loosest_error))) {
      const double hopeless = std::max(kHopelessInSeries * best->seconds, kTellingSeconds);
      limited.max_seconds = std::min(task.max_seconds, hopeless);  // whatever error it would have
    }
    try {
      const std::vector<PrecisionPoint> series = precision_series(limited, loosest(method), is_beaten, stop);
      points.insert(points.end(), series.begin(), series.end());
    } catch (const ParameterError&) {
      continue;  // the equation does not offer it
    }
  }
  return study;
}

}  // namespace forerun
