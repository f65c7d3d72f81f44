#include "apps/forerun/plan/recommendation.h"

#include <algorithm>

#include "apps/forerun/record/verdict.h"

namespace forerun {
double parareal_speedup_there(const PlanStudy& study) {
  if (!study.best_there) return 0.0;
  const double alone = study.runs[*study.best_there].there.speedup;
  return study.ladder ? std::max(alone, study.ladder->there.speedup) : alone;
}

std::optional<std::size_t> recommended_method(const PlanStudy& study) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < study.methods.size(); ++i) {
    const MethodTrial& trial = study.methods[i];
    if (!trial.solved) continue;
    if (!best || trial.there.speedup > study.methods[*best].there.speedup) best = i;
  }
  if (!best) return std::nullopt;
  const double to_beat = (1.0 + kSameTime) * std::max(1.0, parareal_speedup_there(study));
  return study.methods[*best].there.speedup > to_beat ? best : std::nullopt;
}

}  // namespace forerun
