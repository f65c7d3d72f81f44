#include "solvers/integrators/integration_checks.h"

#include <cmath>

#include "core/base/errors.h"
#include "core/base/parameters.h"
#include "core/base/plain_text.h"

namespace forerun {

void require_steps(Index steps) {
  if (steps < 1) throw ParameterError("steps", "steps = " + std::to_string(steps) + ": must be an integer ≥ 1");
}

void throw_steps_too_small(const Slice& slice, double time, double step) {
  PlainText reason;
  reason.precision(10);
  reason << "the tolerance cannot be met: steps shrank to " << step << " at t = " << time << " in a slice of length "
         << slice.length();
  throw PropagationError(time, reason.str());
}

double step_begin(const Slice& slice, Index j, Index steps) {
  return slice.begin + slice.length() * static_cast<double>(j) / static_cast<double>(steps);
}

void require_finite(const StateView& state, const Slice& slice, Index j, Index steps) {
  if (state.allFinite()) return;
  Index component = 0;
  while (std::isfinite(state[component])) ++component;
  const double begin = step_begin(slice, j, steps);
  PlainText reason;
  reason.precision(10);
  reason << "component " << component << " of the state became " << state[component] << " in step " << j + 1 << " of "
         << steps << ", between t = " << begin << " and t = " << step_begin(slice, j + 1, steps);
  throw PropagationError(begin, reason.str());
}

}  // namespace forerun
