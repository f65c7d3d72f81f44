#include "apps/forerun/campaign/store_training.h"

#include <algorithm>
#include <cmath>

#include "apps/forerun/run/operator_solver.h"
#include "apps/forerun/run/spot_check.h"
#include "core/base/stop_scope.h"
#include "core/base/stopwatch.h"
#include "learning/files/tensor_file.h"
#include "learning/networks/train_operator.h"

namespace forerun {
namespace {

/// A run's pairs, and the network's inputs in it.
struct StoredRun {
  StoreEntry entry;
  States ends;
};

/// F(u) = (F(u) − G(u)) + G(u) at all samples.
States ends_of(const Store& store, const StoreEntry& entry, SliceExecutor& executor) {
  const StoredSolvers solvers(store, entry.parameters);
  const Harvest& harvest = entry.harvest;
  States ends(harvest.dimension(), harvest.size());
  executor.for_each(harvest.size(), [&](Index s) {
    StopScope::throw_if_stop_requested();
    solvers.coarse().propagate(solvers.slice(harvest, s), harvest.states().col(s), ends.col(s));
  });
  ends += harvest.discrepancies();
  return ends;
}

std::vector<StoredRun> sound_runs(const Store& store, SliceExecutor& executor, std::vector<std::string>& left_out) {
  std::vector<StoredRun> runs;
  for (const std::string& name : store.names()) {
    try {
      StoreEntry entry = store.read(name);
      check_sample(store, entry);
      States ends = ends_of(store, entry, executor);
      if (ends.allFinite() && ends.cols() > 0) runs.push_back({std::move(entry), std::move(ends)});
    } catch (const ModelFileError& error) {
      left_out.emplace_back(error.what());
    } catch (const PropagationError& error) {
      left_out.push_back(name + ": the coarse solver does not cross a sample's slice: " + error.what());
    }
  }
  if (runs.empty()) throw ModelFileError(store.directory().string() + ": holds no run to learn from");
  return runs;
}

OperatorSamples samples_of(const TrainedOperator& trained, const std::vector<StoredRun>& runs, std::size_t first,
                           std::size_t last) {
  Index count = 0;
  for (std::size_t r = first; r < last; ++r) count += runs[r].ends.cols();
  OperatorSamples samples{States(trained.probe.size(), count), States(trained.probe.size(), count),
                          States(trained.family.box.size(), count)};
  Index next = 0;
  for (std::size_t r = first; r < last; ++r) {
    const Index size = runs[r].ends.cols();
    samples.starts.middleCols(next, size) = runs[r].entry.harvest.states();
    samples.ends.middleCols(next, size) = runs[r].ends;
    samples.inputs.middleCols(next, size).colwise() = trained.inputs(runs[r].entry.parameters);
    next += size;
  }
  return samples;
}

/// What a network does not see, its equation must not depend on.
void require_autonomous(const Store& store, const StoredRun& run) {
  const auto problem = stored_problem(store, run.entry.parameters);
  const State state = run.entry.harvest.states().col(0);
  State early(state.size()), late(state.size());
  problem->evaluate(problem->default_begin(), state, early);
  for (Index s = 0; s < run.ends.cols(); s = 2 * s + 1) {
    const Slice slice = run.entry.harvest.slice(s);
    if (!std::isfinite(slice.end)) continue;
    problem->evaluate(slice.end, state, late);
    if (early != late)
      throw ModelFileError(store.directory().string() + ": its equation depends on time, which a network does not see");
  }
}

TrainedOperator untrained(const Store& store, const StoredRun& first) {
  TrainedOperator trained;
  trained.family = store.family();
  for (const std::string& name : trained.family.box.names) trained.family.common.parameters.erase(name);
  trained.probe = first.entry.harvest.states().col(0);
  const ParameterBox& box = trained.family.box;
  trained.slope = slope_at(*stored_problem(store, 0.5 * (box.lower + box.upper)), trained.probe);
  return trained;
}

double fine_seconds(const Store& store, const StoredRun& run) {
  const StoredSolvers solvers(store, run.entry.parameters);
  State end(run.ends.rows());
  const Stopwatch watch;
  solvers.fine().propagate(solvers.slice(run.entry.harvest, 0), run.entry.harvest.states().col(0), end);
  return watch.seconds();
}

}  // namespace

OperatorTraining train_operator_from(const Store& store, const Parameters& options, SliceExecutor& executor,
                                     std::vector<std::string>& left_out) {
  const OperatorOptions network = OperatorOptions::from_parameters(options);
  const std::vector<StoredRun> runs = sound_runs(store, executor, left_out);
  require_autonomous(store, runs.front());
  OperatorTraining training;
  training.from_store = true;
  TrainedOperator& trained = training.trained;
  trained = untrained(store, runs.front());
  training.num_runs = static_cast<Index>(runs.size());
  training.num_held_out = num_held_out(options, training.num_runs);
  const std::size_t learned = runs.size() - static_cast<std::size_t>(training.num_held_out);
  const OperatorSamples samples = samples_of(trained, runs, 0, learned);
  const OperatorSamples held_out = samples_of(trained, runs, learned, runs.size());
  train_and_measure(network, stored_problem(store, runs.front().entry.parameters)->layout(), samples, held_out,
                    executor, training);
  training.fine_seconds = fine_seconds(store, runs.front());
  return training;
}

}  // namespace forerun
