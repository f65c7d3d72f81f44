#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/base/stop_scope.h"
#include "core/base/time_grid.h"
#include "solvers/integrators/integration_checks.h"
#include "solvers/integrators/rk_kernel.h"

namespace forerun {

/// How an integration with steps of its own choice ended.
struct AdaptiveOutcome {
  bool complete = false;  ///< the end was reached
  double time = 0.0;      ///< as far as it came
  double step = 0.0;      ///< the last one tried
  Index evaluations = 0;  ///< of the right-hand side
  /// A stop was requested. Returned, not thrown: of a function in several versions GCC 12 may tell its callers that it
  /// throws nothing, and an exception then ends the process.
  bool stopped = false;
};

namespace rk {

/// Σ_j e_j k_j[i] over the nonzero weights of a tableau's error estimate.
template <class Tableau, std::size_t... J>
FORERUN_INLINE double error_slope(const double* k, Index d, Index i, std::index_sequence<J...>) {
  const auto term = [&]<std::size_t Stage>() __attribute__((always_inline)) {
    if constexpr (Tableau::e[Stage] == 0.0) {
      return 0.0;
    } else {
      return Tableau::e[Stage] * k[static_cast<Index>(Stage) * d + i];
    }
  };
  return (... + term.template operator()<J>());
}

/// √(Σ_i (w_i x_i)² / d), in eight interleaved sums so that it may run in SIMD registers.
template <class Component>
FORERUN_INLINE double root_mean_square(Index d, const double* weights, const Component& x) {
  constexpr Index num_sums = 8;
  std::array<double, num_sums> sums{};
  const Index whole = d - d % num_sums;
  for (Index i = 0; i < whole; i += num_sums) {
    for (Index s = 0; s < num_sums; ++s) {
      const double value = weights[i + s] * x(i + s);
      sums[static_cast<std::size_t>(s)] += value * value;
    }
  }
  for (Index i = whole; i < d; ++i) {
    const double value = weights[i] * x(i);
    sums[static_cast<std::size_t>(i - whole)] += value * value;
  }
  double total = 0.0;
  for (const double sum : sums) total += sum;
  return std::sqrt(total / static_cast<double>(d));
}

}  // namespace rk

/// Integrates from `begin` to `end` by an embedded Runge–Kutta method, in place. A step is accepted when
///
///   √(Σ_i (w_i h Σ_j e_j k_j,i)² / d) ≤ tolerance,
///
/// and the next has the length 0.9 h (tolerance / error)^{1/order}, changed by no more than a factor of five. The first
/// is found from f and its change over a short Euler step (Hairer, Nørsett, Wanner, Solving ODEs I, sec. II.4), so that
/// nothing depends on slices before. Gives up when steps shrink below 10⁻¹³ of the interval, or
/// where a `StopScope`, looked at now and then, asks for it.
///
/// `workspace` as in `RkKernel`. No heap traffic, no state; the same bits for every instruction set.
template <class Equation, class Tableau>
struct AdaptiveRkKernel {
  static constexpr bool has_fixed_dimension = Equation::fixed_dimension != Eigen::Dynamic;

  static constexpr Index workspace_size(Index d) {
    return has_fixed_dimension ? 0 : (static_cast<Index>(Tableau::num_stages) + 1) * d;
  }

  FORERUN_MULTIVERSION static AdaptiveOutcome advance(const Equation& equation, const Slice& slice, double tolerance,
                                                      const double* weights, double* state,
                                                      [[maybe_unused]] double* workspace) {
    if constexpr (has_fixed_dimension) {
      std::array<double, (Tableau::num_stages + 1) * Equation::fixed_dimension> work;
      return integrate(equation, slice, tolerance, weights, state, work.data());
    } else {
      return integrate(equation, slice, tolerance, weights, state, workspace);
    }
  }

 private:
  static constexpr double exponent = 1.0 / Tableau::order;
  static constexpr double least_relative_step = 1e-13;

  FORERUN_INLINE static AdaptiveOutcome integrate(const Equation& equation, const Slice& slice, double tolerance,
                                                  const double* weights, double* u, double* k) {
    const Index d = equation.dimension();
    double* const last_slope = k + static_cast<Index>(Tableau::num_stages - 1) * d;
    double* const next = k + static_cast<Index>(Tableau::num_stages) * d;
    AdaptiveOutcome outcome{false, slice.begin, 0.0, 2};
    equation.rhs(slice.begin, static_cast<const double*>(u), k);
    double h = first_step(equation, slice, tolerance, weights, u, k, last_slope, next);
    double most_growth = 5.0;
    Index until_look = steps_between_looks(d);
    while (h > least_relative_step * slice.length()) {
      if (--until_look == 0) {
        outcome.stopped = StopScope::stop_requested();
        if (outcome.stopped) return outcome;
        until_look = steps_between_looks(d);
      }
      const bool is_last = outcome.time + h >= slice.end;
      if (is_last) h = slice.end - outcome.time;
      stages(equation, outcome.time, h, u, k, next, std::make_index_sequence<Tableau::num_stages - 1>());
      outcome.evaluations += static_cast<Index>(Tableau::num_stages) - 1;
      outcome.step = h;
      const double error =
          h * rk::root_mean_square(
                  d, weights, [&](Index i) __attribute__((always_inline)) {
                    return rk::error_slope<Tableau>(k, d, i, std::make_index_sequence<Tableau::num_stages>());
                  });
      const double wanted = 0.9 * std::pow(tolerance / error, exponent);
      if (!(error <= tolerance)) {  // or not a number
        h *= std::isfinite(wanted) ? std::clamp(wanted, 0.1, 0.9) : 0.1;
        most_growth = 1.0;
        continue;
      }
      outcome.time = is_last ? slice.end : outcome.time + h;
      std::copy_n(next, d, u);
      if (is_last) {
        outcome.complete = true;
        return outcome;
      }
      std::copy_n(last_slope, d, k);
      h *= std::clamp(wanted, 0.2, most_growth);
      most_growth = 5.0;
    }
    return outcome;
  }

  /// Stages 2, 3, …: the first is known. The last one's state is the new state.
  template <std::size_t... Row>
  FORERUN_INLINE static void stages(const Equation& equation, double t, double h, const double* u, double* k,
                                    double* stage_state, std::index_sequence<Row...>) {
    (rk::stage<Tableau, Row + 1>(equation, t, h, u, k, stage_state), ...);
  }

  FORERUN_INLINE static double first_step(const Equation& equation, const Slice& slice, double tolerance,
                                          const double* weights, const double* u, const double* slope,
                                          double* other_slope, double* other_state) {
    const Index d = equation.dimension();
    const double speed = rk::root_mean_square(d, weights, [&](Index i) { return slope[i]; });
    const double trial = std::min(slice.length(), 0.01 / speed);
    for (Index i = 0; i < d; ++i) other_state[i] = u[i] + trial * slope[i];
    equation.rhs(slice.begin + trial, static_cast<const double*>(other_state), other_slope);
    const double change = rk::root_mean_square(d, weights, [&](Index i) { return other_slope[i] - slope[i]; }) / trial;
    const double wanted = std::pow(0.01 * tolerance / std::max(speed, change), exponent);
    return std::isfinite(wanted) ? std::min({wanted, 100.0 * trial, slice.length()}) : 1e-3 * trial;
  }
};

}  // namespace forerun
