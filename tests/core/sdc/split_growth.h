#pragma once

#include <cmath>

#include "core/sdc/split_equation.h"

namespace forerun::testing {

enum class Parts { all_explicit, all_implicit, imex };

/// u_1' = −3 u_1 + sin u_2 + cos t,  u_2' = −5 u_2 + u_1 sin t, the decays being what is stiff: nonlinear, and
/// depends on time.
class SplitGrowth final : public SplitEquation {
 public:
  explicit SplitGrowth(Parts parts) : parts_(parts) {}

  Index dimension() const override { return 2; }
  bool has_explicit_part() const override { return parts_ != Parts::all_implicit; }
  bool has_implicit_part() const override { return parts_ != Parts::all_explicit; }

  void evaluate_explicit(double time, const StateView& u, StateOut slope) const override {
    slope[0] = std::sin(u[1]) + std::cos(time);
    slope[1] = u[0] * std::sin(time);
    if (parts_ == Parts::imex) return;
    slope[0] -= 3.0 * u[0];
    slope[1] -= 5.0 * u[1];
  }
  void evaluate_implicit(double time, const StateView& u, StateOut slope) const override {
    slope[0] = -3.0 * u[0];
    slope[1] = -5.0 * u[1];
    if (parts_ == Parts::imex) return;
    slope[0] += std::sin(u[1]) + std::cos(time);
    slope[1] += u[0] * std::sin(time);
  }
  /// All of it by iteration, which converges for factors below one or so.
  bool solve_implicit(double time, double factor, const StateView& base, StateOut state) const override {
    for (int i = 0; i < 200; ++i) {
      const double coupling = parts_ == Parts::imex ? 0.0 : factor;
      const double first = (base[0] + coupling * (std::sin(state[1]) + std::cos(time))) / (1.0 + 3.0 * factor);
      const double second = (base[1] + coupling * first * std::sin(time)) / (1.0 + 5.0 * factor);
      const bool is_done = first == state[0] && second == state[1];
      state[0] = first;
      state[1] = second;
      if (is_done) break;
    }
    return std::isfinite(state[0]);
  }

 private:
  Parts parts_;
};

}  // namespace forerun::testing
