#include "apps/forerun/run/run_memory.h"

#include <algorithm>

#include "apps/forerun/run/learner.h"
#include "apps/forerun/run/method_run.h"
#include "core/parareal/parareal_memory.h"
#include "learning/training/corrector_registry.h"
#include "learning/training/harvesting_trainer.h"

namespace forerun {

bool learns(const NamedChoice& corrector, const Experiment& experiment) {
  if (!can_learn(corrector)) return false;
  const CorrectorEntry& entry = find_corrector(corrector.name);
  return !entry.gives_way || !HarvestingTrainer::leaves_to_classic(experiment.window_slices(), experiment.dimension(),
                                                                   experiment.fine->work_per_slice());
}

double run_bytes(const NamedChoice& corrector, const Experiment& experiment, bool reference, double num_iterations) {
  const Index dimension = experiment.dimension();
  const auto all = static_cast<double>(experiment.num_slices());
  const auto slices = static_cast<double>(experiment.window_slices());
  const bool learning = learns(corrector, experiment);
  const double processes = experiment.num_processes;  // each has its part of the states, but learners see all
  double bytes = is_by_method(corrector.name)
                     ? method_bytes(corrector.name, experiment)
                     : parareal_bytes(dimension, learning ? slices : slices / processes, learning);
  if (reference) bytes += boundary_bytes(dimension, all / processes);
  if (experiment.output) bytes += experiment.output->bytes(dimension) / processes;
  const bool several = experiment.config.windows > 1;
  if (several) bytes += boundary_bytes(dimension, all / processes) + all * static_cast<double>(sizeof(Slice));
  if (several && reference) bytes += boundary_bytes(dimension, slices / processes);
  if (!learning) return bytes;
  const auto most = static_cast<double>(HarvestingTrainer::most_samples(experiment.window_slices()));
  double samples = std::min(num_iterations * slices, most);
  if (several) samples += static_cast<double>(HarvestingTrainer::most_carried(experiment.window_slices(), dimension));
  return bytes + HarvestingTrainer::bytes(dimension, slices, samples) +
         find_corrector(corrector.name)
             .bytes(corrector.parameters, {dimension, slices, samples, stencil_pays(corrector_context(experiment))});
}

}  // namespace forerun
