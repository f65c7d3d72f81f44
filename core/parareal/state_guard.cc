#include "core/parareal/state_guard.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace forerun {
namespace {

constexpr Index kGuardedComponentsPerPiece = 4096;

/// Keeps the slack of a component that hardly varies from shrinking to rounding errors.
constexpr double kRelativeWidthFloor = 1e-3;

}  // namespace

StateGuard::StateGuard(StateBounds box, double margin) : box_(std::move(box)), margin_(margin), limits_(box_) {
  set_limits(0, box_.lower.size());
}

void StateGuard::include(const StatesView& states, SliceExecutor& executor, std::span<const char> left_out,
                         TimeCommunicator* communicator) {
  const Index dimension = states.rows();
  const auto is_in = [&](Index j) { return left_out.empty() || !left_out[static_cast<std::size_t>(j)]; };
  Index first_column = 0;
  while (first_column < states.cols() && !is_in(first_column)) ++first_column;
  if (first_column == states.cols()) return communicator ? unite(*communicator, dimension) : void();
  if (box_.lower.size() == 0) {
    box_ = {states.col(first_column), states.col(first_column)};
    limits_ = box_;
  }
  const Index num_pieces = (dimension + kGuardedComponentsPerPiece - 1) / kGuardedComponentsPerPiece;
  executor.for_each(num_pieces, [&](Index piece) {
    const Index first = piece * kGuardedComponentsPerPiece;
    const Index count = std::min(kGuardedComponentsPerPiece, dimension - first);
    auto lower = box_.lower.segment(first, count);
    auto upper = box_.upper.segment(first, count);
    for (Index j = first_column; j < states.cols(); ++j) {
      if (!is_in(j)) continue;
      lower = lower.cwiseMin(states.col(j).segment(first, count));
      upper = upper.cwiseMax(states.col(j).segment(first, count));
    }
    set_limits(first, count);
  });
  if (communicator) unite(*communicator, dimension);
}

void StateGuard::unite(TimeCommunicator& communicator, Index dimension) {
  constexpr double kNothing = -std::numeric_limits<double>::infinity();
  State ends = State::Constant(2 * dimension, kNothing);
  if (box_.lower.size() > 0) ends << -box_.lower, box_.upper;
  communicator.maximize({ends.data(), static_cast<std::size_t>(ends.size())});
  if ((ends.array() == kNothing).all()) return;
  box_ = {-ends.head(dimension), ends.tail(dimension)};
  limits_ = box_;
  set_limits(0, dimension);
}

void StateGuard::set_limits(Index first, Index count) {
  const auto finite_or_zero = [](double value) { return std::isfinite(value) ? value : 0.0; };
  for (Index i = first; i < first + count; ++i) {
    const double lower = box_.lower[i];
    const double upper = box_.upper[i];
    const double magnitude = std::max({std::abs(finite_or_zero(lower)), std::abs(finite_or_zero(upper)), 1.0});
    const double slack = margin_ * std::max(finite_or_zero(upper - lower), kRelativeWidthFloor * magnitude);
    limits_.lower[i] = lower - slack;
    limits_.upper[i] = upper + slack;
  }
}

// Plain loops: states may be single numbers, and then dynamic expressions cost more than the question.
bool StateGuard::admits(const double* state, Index dimension) const {
  const auto is_finite = [](double value) { return std::abs(value) <= std::numeric_limits<double>::max(); };
  bool is_in = true;
  if (limits_.lower.size() == 0) {
    for (Index i = 0; i < dimension; ++i) is_in &= is_finite(state[i]);
    return is_in;
  }
  const double* const lower = limits_.lower.data();
  const double* const upper = limits_.upper.data();
  for (Index i = 0; i < dimension; ++i) {
    is_in &= is_finite(state[i]) & (state[i] >= lower[i]) & (state[i] <= upper[i]);
  }
  return is_in;
}

}  // namespace forerun
