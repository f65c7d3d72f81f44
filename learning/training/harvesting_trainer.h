#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/parareal/coarse_trainer.h"
#include "learning/training/corrector.h"
#include "learning/training/harvest.h"
#include "learning/training/learned_model.h"

namespace forerun {

/// Keeps every pair (u, F(u) − G(u)) of a run and has a corrector learn from them.
///
/// Cold: m is the corrector's fit. Warm, with a model m₀ from another run: m₀ serves the initial sweep, and afterwards
///
///   m = m₀ + m_res,      m_res fitted to the residual discrepancies F(u) − G(u) − m₀(u) of this run,
///
/// so G + m₀ is just a better coarse solver and what m₀ has wrong is learned like any discrepancy: where the problem is
/// the same nothing is left to learn, where it differs nothing of the old run can contradict the new one. A model
/// without a readout of its own ("randnet-local") is another function for every set of neighbours: its error jumps and
/// cannot be learned, so it serves the initial sweep only. So does a model that the first fine sweep proves worse than
/// none (`mean_log_error` > 0).
///
/// Climbing a ladder of fine solvers: when slice n climbs, its older discrepancies are those of a cheaper F. Dropping
/// them would waste most of what is known, keeping them would set pairs at almost one state against each other. They
/// are *shifted*: with m the fit before, the older samples of slice n get the bias (F_new(u) − G(u)) − m(u) seen at its
/// newest state, and a new corrector, which inherits from the one before, is fitted to all (where there was no fit, the
/// slice's newest discrepancy stands for m(u)). So each slice's samples are of the level that serves it.
///
/// A corrector that gives way to classic Parareal is not fitted before a sweep for which that will do; the sweep's
/// samples are kept all the same.
///
/// Learning that throws costs the sweep its correction (m₀ alone serves, or classic), never the run: `trouble` says
/// what happened, and the next sweep is learned from by a fresh corrector, with everything harvested.
///
/// Throws std::invalid_argument from the constructor if the prior's dimension or equation is another.
class HarvestingTrainer final : public CoarseTrainer {
 public:
  HarvestingTrainer(CorrectorFactory make_corrector, ProblemSignature signature,
                    std::shared_ptr<const LearnedModel> prior = nullptr);
  ~HarvestingTrainer() override;

  const Correction* initial_correction() override;
  const Correction* train(const SweepData& sweep, SliceExecutor& executor) override;
  std::string serving() const override;
  CorrectionErrors errors() const override { return corrector_->errors(); }
  std::string trouble() const override { return trouble_; }

  /// Everything learned, to be used by a next run: the fit on this run's harvest, preceded by the prior's where that
  /// was learned on the same problem; of a ladder's levels only the latest. Costs one fit after a warm run. Throws
  /// std::logic_error before the first `train`, std::runtime_error if the fit fails.
  LearnedModel learned_model(SliceExecutor& executor) const;

 private:
  const Correction* learn(const SweepData& sweep, SliceExecutor& executor);
  void judge_prior(const SweepData& sweep, SliceExecutor& executor);
  std::vector<Index> climbed_columns(const SweepData& sweep);
  /// Of each slice, −1 where there is none.
  std::vector<Index> newest_samples() const;
  void climb(const std::vector<Index>& columns, const SweepData& sweep, SliceExecutor& executor);
  void append(const SweepData& sweep, SliceExecutor& executor);
  Harvest full_harvest() const;

  CorrectorFactory make_corrector_;
  ProblemSignature signature_;
  std::shared_ptr<const LearnedModel> prior_model_;
  std::unique_ptr<const Correction> prior_;
  const Correction* residual_prior_;  ///< m₀ where the residual is learned on it, else nullptr
  std::unique_ptr<Corrector> corrector_;
  std::vector<Index> slice_levels_;   ///< of each slice, as of the latest sweep
  Harvest harvest_;                   ///< discrepancies less the prior's share, shifted to the level of their slice
  std::vector<Index> sample_levels_;  ///< of each sample, as it was harvested
  std::unique_ptr<const LearnedCorrection> learned_;
  std::unique_ptr<const Correction> sum_;  ///< prior + learned
  std::string trouble_;
  States residual_coarse_;  ///< G + m₀ at the latest sweep's states
};

}  // namespace forerun
