#include "apps/forerun/report/html_report_trajectory.h"

#include <algorithm>
#include <limits>

#include "core/base/errors.h"

namespace forerun {
namespace {

constexpr Index wanted_points = 2000;
constexpr Index most_steps = 100'000'000;

Trajectory boundaries_alone(const Experiment& experiment, const States& boundaries) {
  Trajectory trajectory{{}, boundaries, false};
  for (Index n = 0; n < boundaries.cols(); ++n) trajectory.times.push_back(experiment.grid.boundary(n));
  return trajectory;
}

/// `state` across `slice`; NaN where it is or becomes anything else than a state.
void propagate(const Propagator& propagator, const Slice& slice, State& state) {
  State next = State::Constant(state.size(), std::numeric_limits<double>::quiet_NaN());
  try {
    if (state.allFinite()) propagator.propagate(slice, state, next);
  } catch (const PropagationError&) {
    next.setConstant(std::numeric_limits<double>::quiet_NaN());
  }
  state = next;
}

}  // namespace

Trajectory dense_trajectory(const Experiment& experiment, const States& boundaries) {
  const Index num_slices = experiment.num_slices();
  const SolverSpec& fine = experiment.config.fine;
  const bool adaptive = fine.is_adaptive();
  const Index parts = adaptive ? wanted_points / num_slices : std::min(fine.steps(), wanted_points / num_slices);
  if (parts < 2 || fineness(fine) > most_steps / num_slices) return boundaries_alone(experiment, boundaries);
  const auto propagator =
      experiment.problem->make_propagator(adaptive ? fine : with_fineness(fine, (fine.steps() + parts - 1) / parts));
  Trajectory trajectory{{}, States(boundaries.rows(), num_slices * (parts + 1)), true};
  Index column = 0;
  for (Index n = 0; n < num_slices; ++n) {
    const Slice& slice = experiment.grid.slice(n);
    const auto time_of = [&](Index part) {
      return slice.begin + slice.length() * (static_cast<double>(part) / static_cast<double>(parts));
    };
    State state = boundaries.col(n);
    for (Index part = 0; part <= parts; ++part) {
      if (part > 0) propagate(*propagator, {n, time_of(part - 1), time_of(part)}, state);
      trajectory.times.push_back(time_of(part));
      trajectory.states.col(column++) = state;
    }
  }
  return trajectory;
}

}  // namespace forerun
