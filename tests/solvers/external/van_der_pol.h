#pragma once

#include "core/base/state.h"
#include "core/base/time_grid.h"

namespace forerun::testing {

/// What data/examples solve: the van der Pol oscillator by Runge–Kutta steps.
inline State van_der_pol(const Slice& slice, const State& in, int steps) {
  const auto rate = [](const State& u) { return State{{u[1], (1 - u[0] * u[0]) * u[1] - u[0]}}; };
  const double h = slice.length() / steps;
  State u = in;
  for (int i = 0; i < steps; ++i) {
    const State a = rate(u);
    const State b = rate(u + h / 2 * a);
    const State c = rate(u + h / 2 * b);
    const State d = rate(u + h * c);
    u += h / 6 * (a + 2 * b + 2 * c + d);
  }
  return u;
}

}  // namespace forerun::testing
