#pragma once

#include <stop_token>
#include <string>

#include "apps/forerun/campaign/campaign_config.h"
#include "apps/forerun/run/experiment.h"
#include "core/execution/slice_executor.h"
#include "learning/networks/operator_file.h"
#include "learning/networks/operator_options.h"

namespace forerun {

/// A network that was trained for a campaign's runs, and what has gone into it.
struct OperatorTraining {
  TrainedOperator trained;
  Index num_runs = 0;          ///< that the fine solver has solved
  Index num_held_out = 0;      ///< of them, those that were predicted only
  Index num_samples = 0;       ///< slices learned from
  bool from_store = false;     ///< the runs were there: none was solved for it
  bool from_equation = false;  ///< a pinn: samples are parameters of the equation, runs are rough ones
  Index num_iterations = 0;    ///< of Gauss–Newton, for an equation that is not linear
  double residual = 0.0;       ///< likewise: what is left of it, of a slice's change
  double fine_seconds = 0.0;   ///< of a slice
  double slice_seconds = 0.0;  ///< the network's for a slice
};

/// The runs of a campaign as far as a network is trained from them: the fine solver goes through the draws of
/// [campaign], one after the other of their slices, and the network of [operator] learns what it made of each (a pinn:
/// no such thing, physics_training.h). The last `held_out` part of the runs is not learned from. What [coarse] says of
/// a network is left out: it is not there yet.
///
/// Runs are independent pieces of `executor`; the result does not depend on the number of threads, seconds excepted.
/// Throws `UsageError` with place and rule for slices of unequal length, an equation that depends on time, a network
/// that does not suit the mesh or the equation, and where the fine solver crosses no run; `StopRequested`.
OperatorTraining train_operator_for(const CampaignConfig& config, SliceExecutor& executor, const std::stop_token& stop);

/// Of so many runs those that are not learned from, by `held_out` of [operator].
Index num_held_out(const Parameters& options, Index num_runs);
/// Trains the network of `training`, and measures its error and what a slice takes.
void train_and_measure(const OperatorOptions& options, const StateLayout& layout, const OperatorSamples& samples,
                       const OperatorSamples& held_out, SliceExecutor& executor, OperatorTraining& training);

/// A network to be trained for the campaign's runs: what is known of it before.
TrainedOperator untrained_operator(const CampaignConfig& config, const Experiment& middle);
/// On this thread, in the mean over some of the samples.
double seconds_a_slice(const OperatorNetwork& network, const OperatorSamples& samples);

/// What the network is told of a run: the drawn values of its box's parameters, in [−1, 1].
State operator_inputs(const CampaignConfig& config, const TrainedOperator& trained, const Draw& draw);

/// A campaign's document without a coarse solver that is a network.
ConfigDocument without_network(ConfigDocument document);

/// For people, or as JSON.
std::string training_report(const OperatorTraining& training, const std::string& file, bool as_json);

}  // namespace forerun
