#pragma once

#include "core/base/state.h"

namespace forerun {

/// When Newton's iteration has done enough.
struct NewtonOptions {
  /// The error that may be left, in the weighted norm of states.
  double tolerance = 1e-13;
  /// The tolerance is relative to the state's own size.
  bool is_relative = true;
  Index most_iterations = 10;
};

/// Watches the changes δ_1, δ_2, … that Newton's iteration makes, by their weighted root mean squares. With the factor
/// θ = |δ_m| / |δ_{m−1}| of its convergence it leaves an error of about θ/(1 − θ) |δ_m|, and ends when that is below
/// the tolerance. It has failed when changes do not shrink, or not fast enough for the iterations left, or are not
/// finite; but where rounding may be what keeps them from shrinking, a relative change below 10⁻¹¹ will do. What the
/// last step converged with is what the first change of the next is judged by. Source: Hairer, Wanner, Solving ODEs II,
/// sec. IV.8.
class NewtonMonitor {
 public:
  enum class Verdict { go_on, converged, failed };

  /// An iteration begins, from a state of this size; of `carried` an earlier one left.
  NewtonMonitor(const NewtonOptions& options, double state_size, double carried);

  Verdict judge(double change);
  Index num_iterations() const { return num_iterations_; }
  /// The factor of the last two changes; 0 where one was enough.
  double rate() const { return rate_; }
  /// For the next iteration's `carried`; 1 where nothing is known.
  double carried() const { return remaining_; }

 private:
  Verdict failed_or_rounding(double change) const;

  NewtonOptions options_;
  double state_size_;
  double remaining_;  ///< θ/(1 − θ)
  double rate_ = 0.0;
  double last_ratio_ = 0.0;
  double last_change_ = 0.0;
  double first_change_ = 0.0;
  Index num_iterations_ = 0;
};

}  // namespace forerun
