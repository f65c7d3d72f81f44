#pragma once

#include <algorithm>
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
/// cannot be learned, so it serves the initial sweep only. So does one that is shared over a mesh ("stencil"): what it
/// leaves is no law of a neighbourhood, and the run's own fit begins from it in place of 0 (`Corrector::begin_from`). A
/// model that the first fine sweep proves worse than none (`mean_log_error` > 0) is not used after it.
///
/// Climbing a ladder of fine solvers: when slice n climbs, its older discrepancies are those of a cheaper F. Dropping
/// them would waste most of what is known, keeping them would set pairs at almost one state against each other. They
/// are *shifted*: with m the fit before, the older samples of slice n get the bias (F_new(u) − G(u)) − m(u) seen at its
/// newest state, and a new corrector, which inherits from the one before, is fitted to all (where there was no fit, the
/// slice's newest discrepancy stands for m(u)). So each slice's samples are of the level that serves it.
///
/// A corrector that gives way to classic Parareal is not fitted before a sweep for which that will do; the sweep's
/// samples are kept all the same. It gives way for the whole of a cold run, and nothing is kept, where a great many
/// slices (more than `Harvest::many_samples`) are so cheap to cross that learning about one costs more: the fine solver
/// does less than `learning_work` evaluations of a component, and says so (`SweepData::fine_work` > 1). A rule by the
/// clock would make results depend on the machine.
///
/// From window to window (core/parareal/windows.h) harvest and model are carried on: the model, fitted to what is
/// carried, serves the initial sweep, and the first fine sweep then judges it. If it was worse than none
/// (`mean_log_error` > 0), it is forgotten with all samples, and the window is learned as if it were the first; else
/// new samples join the old. Carried are the newest samples of each slice, as many of each as `most_carried` allows, or
/// of slices spread evenly where one of each is too many.
///
/// Memory is bounded: when there are more than `most_samples` samples, all but the newest two of each slice are
/// forgotten and a new corrector, which inherits, is fitted to them.
///
/// Of a run that processes share each process keeps all samples and fits alike; or, where the corrector does without
/// those of others and there is no prior, the samples of its own slices (`Harvest::processes`), and what is to be known
/// of all is exchanged as numbers a sample.
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

  static constexpr double learning_work = 1e4;
  /// True of so many slices of a fine solver that says this of its work on one.
  static bool leaves_to_classic(Index num_slices, Index dimension, double fine_work);
  /// Samples kept at most of so many slices: six of each, or as many as short chains never have.
  static Index most_samples(Index num_slices) { return std::max(8 * Harvest::many_samples, 6 * num_slices); }
  /// Samples carried at most into a window of so many slices: two of each, and of small systems a few thousand.
  static Index most_carried(Index num_slices, Index dimension);
  /// Bytes that the trainer holds when it keeps so many samples, at its peak: the harvest and what goes with it,
  /// without what the corrector makes of it.
  /// `held`: the part of them that this process holds of a shared harvest.
  static double bytes(Index dimension, double num_slices, double num_samples, double held = 1.0);
  /// Address space beside them that is taken for samples to come; no memory yet.
  static double reserved_bytes(Index num_slices, double num_samples);

  /// All where there is a prior, or the corrector says so.
  SamplesNeeded samples_needed(Index num_slices) const {
    const SamplesNeeded needed = corrector_->samples_needed(num_slices);
    return {.all = needed.all || prior_model_ != nullptr, .near = needed.near};
  }
  bool needs_all_states(Index num_slices) const override { return samples_needed(num_slices).all; }
  const Correction* initial_correction() override;
  const Correction* train(const SweepData& sweep, SliceExecutor& executor) override;
  void next_window(SliceExecutor& executor) override;
  std::string serving() const override;
  double fine_solves() const override { return learned_ ? corrector_->fine_solves() : 0.0; }
  CorrectionErrors errors() const override { return corrector_->errors(); }
  std::string trouble() const override { return trouble_; }
  /// Those that hold samples of the same harvest; nullptr where all of them are here.
  TimeCommunicator* processes() const { return harvest_.processes(); }
  /// True from the sweep on that has shown that the model of another run misleads here.
  bool dropped_prior() const { return dropped_prior_; }

  /// Everything learned, to be used by a next run: the fit on this run's harvest, preceded by the prior's where that
  /// was learned on the same problem; of a ladder's levels only the latest. Without its harvest where its weights are
  /// shared over a mesh ("stencil"): these are all that a next run begins from. Costs one fit after a warm run. Where
  /// processes hold their own samples alone all call it, and the first one's model has the samples of all. Throws
  /// std::logic_error before the first `train`, std::runtime_error if the fit fails or the run was left to classic
  /// Parareal.
  LearnedModel learned_model(SliceExecutor& executor) const;

 private:
  const Correction* learn(const SweepData& sweep, SliceExecutor& executor);
  void begin_window(const SweepData& sweep, SliceExecutor& executor);
  /// True if samples were forgotten.
  bool thin_harvest();
  void keep(const std::vector<Index>& samples);
  void forget_all();
  static bool misleads(const Correction& correction, const SweepData& sweep, SliceExecutor& executor);
  std::vector<Index> climbed_columns(const SweepData& sweep);
  void climb(const std::vector<Index>& columns, const SweepData& sweep, SliceExecutor& executor);
  void append(const SweepData& sweep, SliceExecutor& executor);
  void fetch(Harvest& harvest, const Corrector& corrector, Index offset) const;
  void fit(SliceExecutor& executor);
  std::unique_ptr<Corrector> new_corrector() const;
  void judge_prior(const SweepData& sweep, SliceExecutor& executor);
  void renew_corrector();
  void forget_old_samples();
  Harvest full_harvest() const;

  CorrectorFactory make_corrector_;
  ProblemSignature signature_;
  std::shared_ptr<const LearnedModel> prior_model_;
  std::unique_ptr<const Correction> prior_;
  const Correction* residual_prior_;  ///< m₀ where the residual is learned on it, else nullptr
  bool dropped_prior_ = false;
  std::unique_ptr<Corrector> corrector_;
  bool has_trained_ = false;
  bool left_to_classic_ = false;
  bool begins_window_ = true;
  const Correction* carried_ = nullptr;  ///< what served the initial sweep of a later window
  Index first_slice_ = 0;                ///< of the window
  std::vector<int> window_owners_;       ///< who holds each of its slices, where the run is shared
  std::vector<Index> slice_levels_;      ///< of each slice of the window, as of the latest sweep
  Harvest harvest_;                      ///< discrepancies less the prior's share, shifted to the level of their slice
  std::vector<Index> sample_levels_;     ///< of each sample, as it was harvested
  std::unique_ptr<const LearnedCorrection> learned_;
  std::unique_ptr<const Correction> sum_;  ///< prior + learned
  std::string trouble_;
  States residual_fine_;  ///< F − m₀ at the latest sweep's states
};

}  // namespace forerun
