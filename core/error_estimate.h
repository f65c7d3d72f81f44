#pragma once

#include <vector>

#include "core/state.h"

namespace forerun {

/// How far an iterate may still be from the solution, from what an iteration shows anyway.
///
/// A corrected sweep leaves U' with a predicted jump of zero everywhere. The true jump of slice n is the change of the
/// coarse solver's remaining discrepancy over the increment at the slice's start; the discrepancy's Lipschitz constant
/// ρ is seen when a fine sweep reveals the jumps after an increment:
///
///   ρ = max_n jump_n^{k} / max_n ‖U[n]^{k−1} − U[n]^{k−2}‖.
///
/// Jumps are then carried on with the measured growth Λ_n = ‖G_k(U[n]') − G_k(U[n])‖ / ‖U[n]' − U[n]‖ of each slice:
///
///   e_{n+1} = Λ_n e_n + σ ρ ‖U[n]' − U[n]‖,      e = 0 at the exact front,
///
/// with the safety factor σ. The estimate costs O(N) numbers, no solve. It is an estimate, not a bound: ρ is the last
/// seen, and learners make it shrink from sweep to sweep.
class ErrorEstimate {
 public:
  ErrorEstimate(Index num_slices, double safety);

  /// After a fine sweep: `jump` = max_n jump_n of the iterate that the last `update` spoke about. Ignored when there
  /// was none.
  void observe_jump(double jump);
  /// After a corrected sweep from slice `first` on: fills the estimates from the sweep's increments and carried
  /// changes.
  void update(Index first, const std::vector<double>& increments, const std::vector<double>& carried);

  /// e_{n+1} for each slice n; infinite while no contraction has been seen.
  const std::vector<double>& errors() const { return errors_; }
  /// ρ.
  double contraction() const { return contraction_; }

 private:
  double safety_;
  double contraction_;
  double largest_increment_ = 0.0;
  std::vector<double> errors_;
};

}  // namespace forerun
