#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/slice_states.h"
#include "core/base/state_norm.h"
#include "core/execution/slice_executor.h"
#include "core/execution/time_communicator.h"
#include "core/parareal/coarse_sweep.h"
#include "core/parareal/coarse_trainer.h"
#include "core/parareal/fine_sweep.h"
#include "core/parareal/parareal.h"
#include "core/record/run_record.h"

namespace forerun {

/// What an iteration does between its sweeps: a fine sweep becomes samples for the trainer, and the correction that
/// comes back is evaluated at the old states, for the corrected sweep.
///
/// Learning costs a run its correction at most: what a trainer or a correction throws is put down in the record, and
/// the sweep is classic Parareal's. Where processes share the run the samples of all reach each of them, 3 d N numbers
/// an iteration, unless the trainer does with those of its own slices (`CoarseTrainer::needs_all_states`); they fit
/// alike, and a correction that fails on one is used by none. Everything is referred to. Thread-safety: the thread that
/// runs the loop alone. Throws `StopRequested`.
class LearningPhase {
 public:
  LearningPhase(const PararealProblem& problem, const Propagator& coarse, const StateNorm& norm,
                TimeCommunicator& communicator, SliceExecutor& executor, RunRecord& record);

  /// The correction of the sweep that comes next; nullptr: m = 0.
  const Correction* correction() const { return correction_; }
  /// The latest sweep was corrected by nobody, so its contraction is that of the coarse solver.
  bool has_been_classic() const { return correction_ == nullptr; }

  /// What was known before the run.
  void begin();
  /// m_k, fitted to everything seen so far: `boundaries`, `fine` and what the coarse sweep holds are those of slices
  /// `iteration.first_slice` … N − 1, served by `levels`.
  void train(IterationRecord& iteration, std::span<const Index> levels, bool classic_will_do,
             const SliceStates& boundaries, const SliceStates& fine, const FineSweep& fine_sweep,
             const CoarseSweep& coarse_sweep);
  /// m_k(U[n]) at the states the iteration began with, in parallel.
  void correct_old_states(IterationRecord& iteration, const SliceStates& boundaries, const SliceStates& fine,
                          const FineSweep& fine_sweep, CoarseSweep& coarse_sweep);

 private:
  void learn_from(SweepData& sweep, IterationRecord& iteration);
  template <typename Get>
  const Correction* learned(const Get& get);
  void require_alike(const std::string& trouble);
  std::optional<std::string> first_trouble(const std::string& trouble);

  const PararealProblem& problem_;
  const Propagator& coarse_;
  const StateNorm& norm_;
  TimeCommunicator& communicator_;
  SliceExecutor& executor_;
  RunRecord& record_;
  const Correction* correction_ = nullptr;
  std::vector<int> owners_;              ///< of each slice: the process that has its states
  std::vector<char> is_true_;            ///< of the samples of a sweep: neither solver was stood in for
  std::optional<bool> depends_on_time_;  ///< known from the first time on that someone learns
};

}  // namespace forerun
