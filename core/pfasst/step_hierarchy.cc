#include "core/pfasst/step_hierarchy.h"

namespace forerun {
namespace {

/// Where a step's states are known: its nodes, and its begin.
State known_points(const Collocation& collocation) {
  if (collocation.has_begin()) return collocation.nodes;
  State points(collocation.num_nodes() + 1);
  points << 0.0, collocation.nodes;
  return points;
}

/// columns · weightsᵀ, with `first` as one more column in front where the weights have it.
States combined(const States& weights, const State& first, const States& columns) {
  const Index offset = weights.cols() - columns.cols();
  States sums = States::Zero(columns.rows(), weights.rows());
  for (Index i = 0; i < weights.rows(); ++i) {
    auto sum = sums.col(i);
    if (offset == 1 && weights(i, 0) != 0.0) sum += weights(i, 0) * first;
    for (Index j = 0; j < columns.cols(); ++j) {
      if (weights(i, j + offset) != 0.0) sum += weights(i, j + offset) * columns.col(j);
    }
  }
  return sums;
}

}  // namespace

StepHierarchy::StepHierarchy(const std::vector<PfasstLevel>& levels) {
  for (const PfasstLevel& level : levels) {
    Level made;
    made.step = std::make_unique<SdcStep>(*level.equation, *level.method);
    made.sweeps = level.sweeps;
    made.transfer = level.transfer;
    if (!levels_.empty()) {
      const Collocation& fine = levels_.back().step->collocation();
      const Collocation& coarse = level.method->collocation;
      made.down = lagrange_interpolation(known_points(fine), coarse.nodes);
      made.up = lagrange_interpolation(known_points(coarse), fine.nodes);
    }
    levels_.push_back(std::move(made));
  }
}

void StepHierarchy::place(double begin, double length, const State& initial) {
  for (Level& level : levels_) level.step->place(begin, length);
  step(0).start() = initial;
}

void StepHierarchy::sweep(Index level) {
  for (Index k = 0; k < at(level).sweeps; ++k) step(level).sweep();
}

States StepHierarchy::restricted(Index to, const States& fine) const {
  const Level& level = levels_[static_cast<std::size_t>(to)];
  if (!level.transfer) return fine;
  States coarse(level.step->equation().dimension(), fine.cols());
  for (Index j = 0; j < fine.cols(); ++j) level.transfer->restrict_to_coarse(fine.col(j), coarse.col(j));
  return coarse;
}

States StepHierarchy::interpolated(Index from, const States& coarse) const {
  const Level& level = levels_[static_cast<std::size_t>(from)];
  if (!level.transfer) return coarse;
  States fine(step(from - 1).equation().dimension(), coarse.cols());
  for (Index j = 0; j < coarse.cols(); ++j) level.transfer->interpolate_to_fine(coarse.col(j), fine.col(j));
  return fine;
}

void StepHierarchy::restrict_from(Index level) {
  const SdcStep& fine = step(level);
  Level& to = at(level + 1);
  SdcStep& coarse = *to.step;
  coarse.start() = restricted(level + 1, fine.start());
  coarse.values() = combined(to.down, coarse.start(), restricted(level + 1, fine.values()));
  coarse.evaluate();
  to.restricted = coarse.values();

  States integrals;
  fine.integrate(integrals);
  integrals += fine.forcing();
  const State none = State::Zero(coarse.start().size());
  coarse.forcing() = combined(to.down, none, restricted(level + 1, integrals));
  coarse.integrate(integrals);
  coarse.forcing() -= integrals;
}

State StepHierarchy::start_change(Index finer) const {
  const State restricted_start = restricted(finer + 1, step(finer).start());
  return interpolated(finer + 1, step(finer + 1).start() - restricted_start);
}

void StepHierarchy::correct(Index level) {
  const Level& from = at(level + 1);
  const States changes = interpolated(level + 1, from.step->values() - from.restricted);
  step(level).values() += combined(from.up, start_change(level), changes);
  step(level).evaluate();
}

void StepHierarchy::correct_start(Index level) { step(level).start() += start_change(level); }

}  // namespace forerun
