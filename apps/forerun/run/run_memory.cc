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

namespace {

/// The parts of all slices whose states each process has, and whose samples it keeps.
struct PartsHeld {
  double states = 1.0;
  double samples = 1.0;
};

PartsHeld parts_held(const NamedChoice& corrector, const Experiment& experiment, bool warm) {
  const double own = 1.0 / experiment.num_processes;
  if (!learns(corrector, experiment)) return {own, own};
  if (experiment.num_processes == 1 || warm) return {};
  const Index slices = experiment.window_slices();
  const SamplesNeeded needed = make_learner(corrector, experiment)->samples_needed(slices);
  const double near = static_cast<double>(needed.near) / static_cast<double>(slices);
  return needed.all ? PartsHeld() : PartsHeld{own, std::min(1.0, own + near)};
}

}  // namespace

double run_bytes(const NamedChoice& corrector, const Experiment& experiment, bool reference, bool warm,
                 double num_iterations) {
  const Index dimension = experiment.dimension();
  const auto all = static_cast<double>(experiment.num_slices());
  const auto slices = static_cast<double>(experiment.window_slices());
  const bool learning = learns(corrector, experiment);
  const double processes = experiment.num_processes;  // each has its part of the states, but some learners see all
  const PartsHeld held = parts_held(corrector, experiment, warm);
  double bytes = is_by_method(corrector.name) ? method_bytes(corrector.name, experiment)
                                              : parareal_bytes(dimension, held.states * slices, learning);
  if (reference) bytes += boundary_bytes(dimension, all / processes);
  if (experiment.output) bytes += experiment.output->bytes(dimension) / processes;
  const bool several = experiment.config.windows > 1;
  if (several) bytes += boundary_bytes(dimension, all / processes) + all * static_cast<double>(sizeof(Slice));
  if (several && reference) bytes += boundary_bytes(dimension, slices / processes);
  if (!learning) return bytes;
  const auto most = static_cast<double>(HarvestingTrainer::most_samples(experiment.window_slices()));
  double samples = std::min(num_iterations * slices, most);
  if (several) samples += static_cast<double>(HarvestingTrainer::most_carried(experiment.window_slices(), dimension));
  const LearningSize size{dimension, slices, samples, stencil_pays(corrector_context(experiment)), held.samples};
  return bytes + HarvestingTrainer::bytes(dimension, slices, samples, held.samples) +
         find_corrector(corrector.name).bytes(corrector.parameters, size);
}

}  // namespace forerun
