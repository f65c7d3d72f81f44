#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/parareal/coarse_trainer.h"
#include "learning/training/harvest.h"

namespace forerun {

/// How much of the discrepancies a correction explains that has not seen them, in logarithms so that no single sample
/// decides:
///
///   mean_j log(‖δ_j − m(u_j)‖ / ‖δ_j‖)      (Euclidean norms; 0 where m = 0, negative where m is better than nothing).
///
/// +∞ where m is not finite somewhere. Parallel over the samples of a harvest; of one that is shared each process looks
/// at those that it holds, and all know the mean. Deterministic.
double mean_log_error(const Correction& correction, const Harvest& harvest, SliceExecutor& executor);

/// A correction serves if it halves the error of having none (in the mean of logarithms).
inline constexpr double log_error_to_serve = -0.6931471805599453;

/// Puts a prior m₀, known before the run, in front of another learner:
///
///   m = m₀ + m_res,      m_res learned by `learner` from F(u) − (G(u) + m₀(u)).
///
/// m₀ serves the initial sweep. The first fine sweep then judges it: unless it explains the new discrepancies
/// (`log_error_to_serve`), it is dropped for the rest of the run, which goes on as if it had never been there. Else it
/// is refined once, by what that sweep has found, and then stays as it is.
/// Learning that throws costs what it would have learned, never the run (`trouble`).
/// Deterministic as its parts are. Without a prior it only keeps the harvest.
class PriorTrainer final : public CoarseTrainer {
 public:
  /// A better prior from one and the samples of the first sweep; nullptr if there is none.
  using Refine = std::function<std::shared_ptr<const Correction>(const Harvest&, SliceExecutor&)>;

  /// `prior`, `learner` and `refine` may be nullptr: nothing known, nothing learned, not refined. `learner` outlives
  /// the trainer. The harvest keeps G(u) if `keeps_coarse`, as it must for a prior that looks at it.
  PriorTrainer(std::shared_ptr<const Correction> prior, Index dimension, CoarseTrainer* learner,
               Refine refine = nullptr, bool keeps_coarse = false);

  const Correction* initial_correction() override;
  const Correction* train(const SweepData& sweep, SliceExecutor& executor) override;
  void next_window(SliceExecutor& executor) override {
    if (learner_) learner_->next_window(executor);
  }
  std::string serving() const override;
  double fine_solves() const override { return learner_ ? learner_->fine_solves() : 0.0; }
  CorrectionErrors errors() const override;
  std::string trouble() const override { return trouble_.empty() && learner_ ? learner_->trouble() : trouble_; }

  /// F(u) − G(u) at all states of the run; of a ladder's levels, the highest.
  const Harvest& harvest() const { return harvest_; }
  /// True from the sweep on after which the prior did not serve.
  bool dropped_prior() const { return dropped_; }

 private:
  const Correction* learn(const SweepData& sweep, SliceExecutor& executor);
  void keep_highest_level(const SweepData& sweep, SliceExecutor& executor);
  void judge_prior(SliceExecutor& executor);

  std::shared_ptr<const Correction> prior_;
  CoarseTrainer* learner_;
  Refine refine_;
  Harvest harvest_;
  Index level_ = 0;
  bool judged_ = false;
  bool dropped_ = false;
  bool learner_serves_ = false;
  std::string trouble_;
  States residual_fine_;                   ///< F − m₀ at the latest sweep's states
  std::unique_ptr<const Correction> sum_;  ///< m₀ + m_res
};

}  // namespace forerun
