#pragma once

#include <cassert>

#include "core/base/state_norm.h"
#include "core/base/stop_scope.h"
#include "core/propagation/propagator.h"
#include "solvers/integrators/adaptive_rk_kernel.h"
#include "solvers/integrators/error_weights.h"
#include "solvers/integrators/integration_checks.h"
#include "solvers/integrators/solver_spec.h"
#include "solvers/integrators/workspace.h"

namespace forerun {

/// Crosses a slice by an embedded Runge–Kutta method whose steps follow a tolerance (`AdaptiveRkKernel`): the root mean
/// square of each step's estimated error, in the state scaled to [−1, 1] by `bounds`, is at most `tolerance`.
///
/// Slices are crossed one by one: no two take the same steps. Work is known by crossing a slice only (`work`);
/// `work_per_slice` is in proportion to tolerance^{−1/order}, what the method takes in the limit. Deterministic,
/// thread-safe, re-entrant; no heap traffic in the steady state. Errors: `propagate` throws `PropagationError` with the
/// time at which steps became too small. The constructor throws `ParameterError` unless 0 < tolerance < 1.
template <class Equation, class Tableau>
class AdaptiveRkPropagator final : public Propagator {
 public:
  AdaptiveRkPropagator(Equation equation, const StateBounds& bounds, double tolerance)
      : equation_(std::move(equation)), weights_(error_weights(bounds)), spec_(std::string(Tableau::name), tolerance) {}

  Index dimension() const override { return equation_.dimension(); }
  double work_per_slice() const override {
    return static_cast<double>(Tableau::num_stages - 1) * static_cast<double>(fineness(spec_));
  }

  void propagate(const Slice& slice, const StateView& in, StateOut out) const override { advance(slice, in, out); }

  double work(const Slice& slice, const StateView& in) const override {
    State out(dimension());
    return static_cast<double>(advance(slice, in, out).evaluations);
  }

 private:
  using Kernel = AdaptiveRkKernel<Equation, Tableau>;

  AdaptiveOutcome advance(const Slice& slice, const StateView& in, StateOut out) const {
    assert(in.size() == dimension() && out.size() == dimension());
    // In memory of the thread's own: a column shares its outer cache lines with neighbours that others write to.
    const Index padded = (dimension() + 7) / 8 * 8;
    double* const state = thread_workspace(padded + Kernel::workspace_size(dimension()));
    std::copy_n(in.data(), dimension(), state);
    const AdaptiveOutcome outcome =
        Kernel::advance(equation_, slice, spec_.tolerance(), weights_.data(), state, state + padded);
    if (outcome.stopped) throw StopRequested{};
    if (!outcome.complete) throw_steps_too_small(slice, outcome.time, outcome.step);
    std::copy_n(state, dimension(), out.data());
    return outcome;
  }

  Equation equation_;
  State weights_;
  SolverSpec spec_;
};

}  // namespace forerun
