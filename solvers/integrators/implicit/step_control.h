#pragma once

namespace forerun {

/// Chooses the next step of an integrator from its estimated errors, all in units of the tolerance.
///
/// PI control (Gustafsson 1991): a factor 0.9 e_n^{−0.7/k} e_{n−1}^{0.4/k}, k the power of h that errors follow.
/// Prediction (Gustafsson 1994): e_n^{−1/k} or, where that is less, what goes on as it did from the last step to this,
/// e_n^{−1/k} (h_n/h_{n−1}) (e_{n−1}/e_n)^{1/k}; both times a safety factor that is less where Newton's iteration took
/// long.
class StepControl {
 public:
  StepControl(bool is_predictive, int error_order, int most_iterations)
      : is_predictive_(is_predictive), exponent_(1.0 / error_order), most_iterations_(most_iterations) {}

  /// The factor for the step after one that is accepted.
  double after_accepted(double step, double error, int num_iterations);
  /// The factor for the next trial of a step whose error was too large.
  double after_rejected(double error, int num_iterations);

 private:
  double safety(int num_iterations) const;

  bool is_predictive_;
  double exponent_;
  int most_iterations_;
  double last_step_ = 0.0;  ///< 0: none
  double last_error_ = 1.0;
  bool was_rejected_ = false;
};

}  // namespace forerun
