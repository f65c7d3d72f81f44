#include "core/parareal/learning_phase.h"

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

#include "core/base/stopwatch.h"
#include "core/parareal/gathered_states.h"
#include "core/parareal/time_dependence.h"

namespace forerun {
namespace {

constexpr const char* kOutOfMemory = "out of memory";

}  // namespace

LearningPhase::LearningPhase(const PararealProblem& problem, const Propagator& coarse, const StateNorm& norm,
                             TimeCommunicator& communicator, SliceExecutor& executor, RunRecord& record)
    : problem_(problem),
      coarse_(coarse),
      norm_(norm),
      communicator_(communicator),
      executor_(executor),
      record_(record) {
  const Index num_slices = problem.grid.num_slices();
  for (int rank = 0; rank < communicator.size(); ++rank) {
    owners_.insert(owners_.end(), static_cast<std::size_t>(owned_slices(rank, communicator.size(), num_slices).count),
                   rank);
  }
}

/// The correction that `get` returns; classic Parareal, and a word about it, where it throws.
template <typename Get>
const Correction* LearningPhase::learned(const Get& get) {
  try {
    return get();
  } catch (const std::bad_alloc&) {
    if (communicator_.size() > 1) throw CannotGoOn{kOutOfMemory};
    record_.learning_failures.emplace_back(kOutOfMemory);
    return nullptr;
  } catch (const std::exception& error) {
    record_.learning_failures.push_back(error.what());
    return nullptr;
  }
}

void LearningPhase::begin() {
  correction_ = problem_.trainer ? learned([&] { return problem_.trainer->initial_correction(); }) : nullptr;
  if (correction_) record_.initial_corrector = problem_.trainer->serving();
}

void LearningPhase::train(IterationRecord& iteration, std::span<const Index> levels, bool classic_will_do,
                          const SliceStates& boundaries, const SliceStates& fine, const FineSweep& fine_sweep,
                          const CoarseSweep& coarse_sweep) {
  iteration.corrector = "classic";
  if (!problem_.trainer) return;
  const Stopwatch watch;
  const Index first = iteration.first_slice;
  const Index num_slices = problem_.grid.num_slices();
  is_true_.resize(static_cast<std::size_t>(num_slices - first));
  for (std::size_t j = 0; j < is_true_.size(); ++j) {
    const std::size_t n = static_cast<std::size_t>(first) + j;
    is_true_[j] = !fine_sweep.uncrossed()[n] && !coarse_sweep.uncrossed()[n];
  }
  const SliceRange own = owned_slices(communicator_, num_slices).from(first);
  const bool sees_all = communicator_.size() == 1 || problem_.trainer->needs_all_states(num_slices);
  const auto learn = [&](const StatesView& states, const StatesView& fine_values, const StatesView& coarse_values) {
    SweepData sweep{iteration.iteration,
                    levels,
                    problem_.grid.slices(first, num_slices - first),
                    states,
                    fine_values,
                    coarse_values,
                    classic_will_do,
                    is_true_,
                    false,
                    problem_.fine.top().work_per_slice()};
    if (!sees_all) {
      sweep.processes = &communicator_;
      sweep.owners = std::span(owners_).subspan(static_cast<std::size_t>(first));
      sweep.first_held = own.first - first;
    }
    learn_from(sweep, iteration);
  };
  if (sees_all) {
    const GatheredStates all_boundaries(boundaries, first, num_slices, communicator_);
    const GatheredStates all_fine(fine, first, num_slices, communicator_);
    const GatheredStates all_coarse(coarse_sweep.coarse(), first, num_slices, communicator_);
    learn(all_boundaries.view(), all_fine.view(), all_coarse.view());
  } else {
    const auto of_own = [&](const SliceStates& held) { return held.middleCols(own.first, own.count); };
    learn(of_own(boundaries), of_own(fine), of_own(coarse_sweep.coarse()));
  }
  iteration.seconds.fit = watch.seconds();
}

void LearningPhase::learn_from(SweepData& sweep, IterationRecord& iteration) {
  if (!depends_on_time_) depends_on_time_ = depends_on_time(coarse_, problem_.grid, sweep, norm_, executor_);
  sweep.depends_on_time = *depends_on_time_;
  correction_ = learned([&] { return problem_.trainer->train(sweep, executor_); });
  std::string trouble = problem_.trainer->trouble();
  require_alike(trouble);
  if (!trouble.empty()) record_.learning_failures.push_back(std::move(trouble));
  if (correction_) {
    const auto replaced = static_cast<double>(sweep.slices.size() - 1);
    iteration.corrector = problem_.trainer->serving();
    iteration.fine_work += problem_.trainer->fine_solves() * replaced / static_cast<double>(problem_.grid.num_slices());
  }
  const CorrectionErrors errors = problem_.trainer->errors();
  iteration.predicted_correction_error = errors.predicted;
  iteration.found_correction_error = errors.found;
}

void LearningPhase::correct_old_states(IterationRecord& iteration, const SliceStates& boundaries,
                                       const SliceStates& fine, const FineSweep& fine_sweep,
                                       CoarseSweep& coarse_sweep) {
  if (!correction_) return;
  const Stopwatch watch;
  coarse_sweep.include_sound_states(iteration.first_slice, fine, fine_sweep.uncrossed(), executor_);
  std::string trouble;
  try {
    coarse_sweep.correct_old_states(*correction_, iteration.first_slice, boundaries, executor_);
  } catch (const std::exception& error) {
    trouble = error.what();
    if (trouble.empty()) trouble = "a correction failed";
  }
  if (const std::optional<std::string> first = first_trouble(trouble)) {
    record_.learning_failures.push_back(*first);
    correction_ = nullptr;
    iteration.corrector = "classic";
  }
  iteration.seconds.predict = watch.seconds();
}

/// All learn from the same and so fail alike, but for what a process lacks of its own: then it has another correction
/// than the others, and the run is no longer that of one process.
void LearningPhase::require_alike(const std::string& trouble) {
  if (communicator_.size() == 1) return;
  const std::vector<std::string> troubles = communicator_.gather(trouble);
  const auto alone = std::ranges::find_if(troubles, [](const std::string& one) { return !one.empty(); });
  if (alone == troubles.end() || std::ranges::none_of(troubles, &std::string::empty)) return;
  throw CannotGoOn{"learning failed on process " + std::to_string(alone - troubles.begin()) + " alone: " + *alone};
}

/// The lowest process's, if any has one; so all of them go without the correction or none does.
std::optional<std::string> LearningPhase::first_trouble(const std::string& trouble) {
  if (communicator_.size() == 1) return trouble.empty() ? std::nullopt : std::optional(trouble);
  for (std::string& one : communicator_.gather(trouble)) {
    if (!one.empty()) return std::move(one);
  }
  return std::nullopt;
}

}  // namespace forerun
