#include "core/state_guard.h"

#include <algorithm>
#include <cmath>

namespace forerun {
namespace {

constexpr Index kComponentsPerPiece = 4096;

/// Keeps the slack of a component that hardly varies from shrinking to rounding errors.
constexpr double kRelativeWidthFloor = 1e-3;

}  // namespace

StateGuard::StateGuard(StateBounds box, double margin) : box_(std::move(box)), margin_(margin) {}

void StateGuard::include(const StatesView& states, SliceExecutor& executor) {
  const Index dimension = states.rows();
  if (states.cols() == 0) return;
  if (box_.lower.size() == 0) {
    box_.lower = states.col(0);
    box_.upper = states.col(0);
  }
  const Index num_pieces = (dimension + kComponentsPerPiece - 1) / kComponentsPerPiece;
  executor.for_each(num_pieces, [&](Index piece) {
    const Index first = piece * kComponentsPerPiece;
    const Index count = std::min(kComponentsPerPiece, dimension - first);
    auto lower = box_.lower.segment(first, count);
    auto upper = box_.upper.segment(first, count);
    for (Index j = 0; j < states.cols(); ++j) {
      lower = lower.cwiseMin(states.col(j).segment(first, count));
      upper = upper.cwiseMax(states.col(j).segment(first, count));
    }
  });
}

bool StateGuard::admits(const StateView& state) const {
  if (!state.allFinite()) return false;
  if (box_.lower.size() == 0) return true;
  const auto lower = box_.lower.array();
  const auto upper = box_.upper.array();
  const auto floor = kRelativeWidthFloor * lower.abs().max(upper.abs()).max(1.0);
  const auto slack = margin_ * (upper - lower).max(floor);
  return (state.array() >= lower - slack && state.array() <= upper + slack).all();
}

}  // namespace forerun
