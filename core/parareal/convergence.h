#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/record/run_record.h"

namespace forerun {

/// What a stopping criterion may look at after an iteration.
struct IterationStatus {
  const IterationRecord& iteration;
  Index num_slices = 0;
  double elapsed_seconds = 0.0;
};

/// One reason to stop. A run ends as soon as one of its criteria is met; of several, the first gives the reason.
class StoppingCriterion {
 public:
  virtual ~StoppingCriterion() = default;
  virtual std::optional<Termination> check(const IterationStatus& status) const = 0;
};

/// Converged when every slice is frozen: exact, or its increment below the tolerance with all slices before it frozen
/// (the published rule; the freezing itself is `converged_prefix`). `Termination::unconfirmed` where increments alone
/// say so and the estimated error is above `tolerance`; where every slice is exact there is nothing to confirm.
std::unique_ptr<StoppingCriterion> stop_when_all_slices_converged(double tolerance);
/// Ends when every slice was crossed and every jump ‖F(U[n]) − U[n+1]‖ of the iterate the iteration began with is <
/// tolerance (> 0). Jumps are no errors, an unstable equation makes much of them: `Termination::unconfirmed` where the
/// estimated error is above the larger of both tolerances.
std::unique_ptr<StoppingCriterion> stop_at_jump(double tolerance, double error_tolerance);
/// `iteration_limit` after `limit` ≥ 1 iterations. Reaching it is not convergence.
std::unique_ptr<StoppingCriterion> stop_at_iteration(Index limit);
/// `time_limit` once the run has taken `limit` > 0 seconds; looked at after each iteration.
std::unique_ptr<StoppingCriterion> stop_after_seconds(double limit);
/// The first of `parts`, in their order, that wants to stop.
std::unique_ptr<StoppingCriterion> any_of(std::vector<std::unique_ptr<StoppingCriterion>> parts);

/// A slice counts only when all before it do. The first n in [first, end) with values[n] ≥ tolerance (values[n] belongs
/// to U[n + 1]) or uncrossed[n] ≠ 0; `end` if there is none.
Index converged_prefix(const std::vector<double>& values, const std::vector<char>& uncrossed, Index first, Index end,
                       double tolerance);

}  // namespace forerun
