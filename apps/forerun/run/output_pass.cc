#include "apps/forerun/run/output_pass.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <utility>

#include "core/execution/held_boundaries.h"
#include "core/execution/stoppable_executor.h"
#include "core/files/byte_archive.h"
#include "core/parareal/ended_together.h"
#include "core/propagation/checked_propagation.h"
#include "core/propagation/watched_run.h"
#include "core/record/failure_archive.h"

namespace forerun {
namespace {

/// The fine solver with as many steps as a part of a slice has; of a solver that chooses its steps, or is not ours, the
/// solver itself.
class PartSolvers {
 public:
  PartSolvers(const Experiment& experiment, SliceWatchdog* watchdog)
      : experiment_(experiment), watchdog_(watchdog), whole_(watched(*experiment.fine)) {}

  const Propagator& get(double share) {
    const SolverSpec& spec = experiment_.config.fine;
    if (spec.external || spec.is_adaptive()) return whole_;
    const auto steps = static_cast<double>(fineness(spec));
    const auto part = static_cast<Index>(std::max(1.0, std::ceil(share * steps * (1.0 - kRounding))));
    if (part >= fineness(spec)) return whole_;
    const auto [place, is_new] = parts_.try_emplace(part, nullptr);
    if (is_new) {
      made_.push_back(experiment_.problem->make_propagator(with_fineness(spec, part)));
      place->second = &watched(*made_.back());
    }
    return *place->second;
  }

 private:
  /// A whole number of steps that was divided and multiplied.
  static constexpr double kRounding = 1e-9;

  const Propagator& watched(const Propagator& solver) {
    if (watchdog_ == nullptr) return solver;
    made_.push_back(watchdog_->watched(solver));
    return *made_.back();
  }

  const Experiment& experiment_;
  SliceWatchdog* watchdog_;
  std::vector<std::unique_ptr<Propagator>> made_;
  const Propagator& whole_;
  std::map<Index, const Propagator*> parts_;
};

OutputPass cross_parts(const Experiment& experiment, const States& boundaries, std::span<const ColumnBlock> held,
                       const std::stop_token& stop, SliceWatchdog* watchdog) {
  PartSolvers solvers(experiment, watchdog);
  StoppableExecutor executor(*experiment.executor, stop);
  OutputPass pass;
  try {
    pass.found = intermediate_states(
        experiment.output->times, experiment.output->components, experiment.grid, boundaries,
        [&](double share) -> const Propagator& { return solvers.get(share); }, executor, held);
  } catch (const SliceError& error) {
    pass.failure = error.failure;
  } catch (const StopRequested&) {
  }
  return pass;
}

/// What becomes of it where all of them are asked: the failure of the earliest slice, the time of the slowest process.
OutputPass settled_together(OutputPass mine, TimeCommunicator& communicator) {
  std::optional<SliceFailure> failure;
  double seconds = 0.0;
  const bool together = done_together(communicator, [&] {
    if (!mine.found && !mine.failure) throw StopRequested{};
    ByteWriter words;
    words(mine.failure, mine.found ? mine.found->seconds : 0.0);
    for (const std::string& bytes : communicator.gather(words.bytes)) {
      std::optional<SliceFailure> other;
      double others_seconds = 0.0;
      ByteReader{bytes}(other, others_seconds);
      seconds = std::max(seconds, others_seconds);
      if (other && (!failure || other->slice < failure->slice)) failure = std::move(other);
    }
  });
  if (!together) return {};
  if (failure) return {.found = {}, .failure = std::move(failure)};
  mine.found->seconds = seconds;
  return mine;
}

}  // namespace

OutputPass output_pass(const Experiment& experiment, const States& boundaries, TimeCommunicator* communicator,
                       const std::stop_token& stop, const SliceLimit& limit) {
  const std::vector<ColumnBlock> held =
      held_boundaries(communicator, experiment.num_slices(), experiment.config.windows);
  OutputPass mine = run_watched(stop, limit, [&](const std::stop_token& token, SliceWatchdog* watchdog) {
    OutputPass pass = cross_parts(experiment, boundaries, held, token, watchdog);
    if (watchdog == nullptr) return pass;
    if (std::optional<SliceFailure> overdue = watchdog->failure()) pass = {.found = {}, .failure = std::move(overdue)};
    return pass;
  });
  return communicator != nullptr ? settled_together(std::move(mine), *communicator) : mine;
}

}  // namespace forerun
