#pragma once

#include <cmath>
#include <numbers>
#include <vector>

#include "core/base/split_mix.h"
#include "core/propagation/propagator.h"

namespace forerun::testing {

/// u_t = u_xx + sin x (cos t − sin t) on [0, π], u = 0 at both ends, so that u = sin x cos t: `points` points, central
/// differences, one step of backward Euler a slice, by elimination.
inline FunctionPropagator heat_by_backward_euler(Index points) {
  return FunctionPropagator(points, [points](const Slice& slice, const StateView& in, StateOut out) {
    const double dx = std::numbers::pi / static_cast<double>(points - 1);
    const double h = slice.length();
    const double side = -h / (dx * dx);
    const double source = h * (std::cos(slice.end) - std::sin(slice.end));
    std::vector<double> above(static_cast<std::size_t>(points), 0.0);
    State u = State::Zero(points);
    for (Index i = 1; i + 1 < points; ++i) {
      const double pivot = 1.0 - 2.0 * side - side * above[static_cast<std::size_t>(i - 1)];
      above[static_cast<std::size_t>(i)] = side / pivot;
      const double right = in[i] + source * std::sin(static_cast<double>(i) * dx);
      u[i] = (right - side * u[i - 1]) / pivot;
    }
    for (Index i = points - 2; i > 0; --i) u[i] -= above[static_cast<std::size_t>(i)] * u[i + 1];
    out = u;
  });
}

inline State sine(Index points) {
  State state(points);
  for (Index i = 0; i < points; ++i) {
    state[i] = std::sin(static_cast<double>(i) * std::numbers::pi / static_cast<double>(points - 1));
  }
  return state;
}

}  // namespace forerun::testing
