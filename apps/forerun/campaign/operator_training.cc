#include "apps/forerun/campaign/operator_training.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/forerun/campaign/campaign.h"
#include "apps/forerun/campaign/physics_training.h"
#include "apps/forerun/cli/printable.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/coarse_strategy.h"
#include "apps/forerun/record/json_file.h"
#include "apps/forerun/run/hanging_solver.h"
#include "apps/forerun/run/operator_solver.h"
#include "core/base/number_text.h"
#include "core/base/stop_scope.h"
#include "core/base/stopwatch.h"
#include "core/propagation/serial_fine.h"
#include "learning/networks/train_operator.h"

namespace forerun {
namespace {

constexpr double kSameLength = 1e-9;  ///< of slices, relatively
constexpr Index kTimedSlices = 32;
constexpr double kTooFarOff = 0.1;  ///< of a slice's change, for a network that is to save iterations

void require_equal_lengths(const CampaignConfig& config, const TimeGrid& grid) {
  const double length = grid.slice(0).length();
  for (Index n = 1; n < grid.num_slices(); ++n) {
    if (std::abs(grid.slice(n).length() - length) <= kSameLength * length) continue;
    throw UsageError(place_of(config.base, "time", "boundaries") +
                     ": [time] boundaries: must be as far apart everywhere, a network is for slices of one length");
  }
}

/// What a network does not see, its equation must not depend on.
void require_autonomous(const CampaignConfig& config, const Experiment& middle) {
  State early(middle.dimension()), late(middle.dimension());
  middle.problem->evaluate(middle.grid.begin(), middle.initial, early);
  for (Index n = 1; n <= middle.num_slices(); n = 2 * n + 1) {
    middle.problem->evaluate(middle.grid.slice(n - 1).end, middle.initial, late);
    if (early == late) continue;
    throw UsageError(config.base.place_of_section("problem") +
                     ": [problem]: must not depend on time, which a network does not see");
  }
}

/// Of each run the states at the boundaries of slices; none where the solver has failed.
struct SolvedRuns {
  std::vector<States> boundaries;
  double seconds = 0.0;
};

SolvedRuns solve_runs(const CampaignConfig& config, const std::vector<Draw>& draws, const SettledSolvers& solvers,
                      SliceExecutor& executor, const std::stop_token& stop) {
  SolvedRuns solved{std::vector<States>(draws.size()), 0.0};
  std::vector<double> seconds(draws.size(), 0.0);
  executor.for_each(static_cast<Index>(draws.size()), [&](Index r) {
    const auto at = static_cast<std::size_t>(r);
    Experiment experiment = make_experiment(run_document(config, draws[at]), solvers);
    if (draws[at].initial) experiment.initial = *draws[at].initial;
    SerialSolution serial = solve_serial(experiment.grid, experiment.initial, *experiment.fine, stop,
                                         leaving_the_process(experiment.options.slice_limit));
    if (serial.interrupted) throw StopRequested{};
    if (serial.failure || !serial.boundaries.allFinite()) return;
    seconds[at] = serial.seconds;
    solved.boundaries[at] = std::move(serial.boundaries);
  });
  for (const double s : seconds) solved.seconds += s;
  return solved;
}

/// All slices of runs first … last − 1.
OperatorSamples samples_of(const CampaignConfig& config, const TrainedOperator& trained, const SolvedRuns& solved,
                           const std::vector<Draw>& draws, std::size_t first, std::size_t last) {
  Index count = 0;
  for (std::size_t r = first; r < last; ++r) count += std::max<Index>(0, solved.boundaries[r].cols() - 1);
  const Index d = trained.probe.size();
  OperatorSamples samples{States(d, count), States(d, count), States(trained.family.box.size(), count)};
  Index next = 0;
  for (std::size_t r = first; r < last; ++r) {
    const States& states = solved.boundaries[r];
    const Index slices = states.cols() - 1;
    if (slices < 1) continue;
    samples.starts.middleCols(next, slices) = states.leftCols(slices);
    samples.ends.middleCols(next, slices) = states.rightCols(slices);
    samples.inputs.middleCols(next, slices).colwise() = operator_inputs(config, trained, draws[r]);
    next += slices;
  }
  return samples;
}

}  // namespace

TrainedOperator untrained_operator(const CampaignConfig& config, const Experiment& middle) {
  TrainedOperator trained;
  trained.family = {middle.signature, network_box(config)};
  for (const std::string& name : config.box.names) trained.family.common.parameters.erase(name);
  trained.probe = middle.initial;
  trained.slope =
      slope_at(*middle_of_box(*middle.problem, middle.config.problem.parameters, trained.family.box), trained.probe);
  return trained;
}

double seconds_a_slice(const OperatorNetwork& network, const OperatorSamples& samples) {
  State end(network.dimension());
  const auto map = network.over(1.0, samples.inputs.col(0));
  const Stopwatch watch;
  for (Index s = 0; s < kTimedSlices; ++s) {
    const Index sample = s % samples.size();
    if (map) {
      map->apply(samples.starts.col(sample), end);
    } else {
      network.evaluate(samples.starts.col(sample), samples.inputs.col(sample), end);
    }
  }
  return watch.seconds() / static_cast<double>(kTimedSlices);
}

State operator_inputs(const CampaignConfig& config, const TrainedOperator& trained, const Draw& draw) {
  State values(trained.family.box.size());
  for (Index j = 0; j < values.size(); ++j) {
    const auto& names = config.box.names;
    const auto found = std::find(names.begin(), names.end(), trained.family.box.names[static_cast<std::size_t>(j)]);
    values[j] = draw.parameters[found - names.begin()];
  }
  return trained.inputs(values);
}

ConfigDocument without_network(ConfigDocument document) {
  const auto names_network = [&](const char* key) {
    const Setting* setting = document.find("coarse", key);
    return setting != nullptr && setting->value == ParameterValue(std::string("operator"));
  };
  if (!names_network("strategy") && !names_network("method")) return document;
  remove_coarse(document);
  document.set({"coarse", "strategy", std::string("bigger-step"), "in place of a network"});
  return document;
}

Index num_held_out(const Parameters& options, Index num_runs) {
  const double part = options.number("held_out");
  return std::min<Index>(std::lround(std::ceil(part * static_cast<double>(num_runs))), num_runs - 1);
}

void train_and_measure(const OperatorOptions& options, const StateLayout& layout, const OperatorSamples& samples,
                       const OperatorSamples& held_out, SliceExecutor& executor, OperatorTraining& training) {
  TrainedOperator& trained = training.trained;
  const Stopwatch watch;
  trained.network = train_operator(options, layout, samples, executor);
  trained.training_seconds = watch.seconds();
  trained.num_solves = samples.size() + held_out.size();
  trained.error = held_out.size() > 0 ? relative_error(*trained.network, held_out, executor) : std::nan("");
  training.num_samples = std::min(samples.size(), options.samples);
  training.slice_seconds = seconds_a_slice(*trained.network, samples);
}

OperatorTraining train_operator_for(const CampaignConfig& config, SliceExecutor& executor,
                                    const std::stop_token& stop) {
  const Experiment middle = middle_run(config);
  require_equal_lengths(config, middle.grid);
  require_autonomous(config, middle);
  const OperatorOptions options = OperatorOptions::from_parameters(config.operator_network);
  if (options.kind == "pinn") return train_physics_operator_for(config, middle, executor, stop);
  OperatorTraining training;
  TrainedOperator& trained = training.trained;
  trained = untrained_operator(config, middle);
  const std::vector<Draw> draws = make_draws(config, *middle.problem, middle.grid.begin());
  const SolvedRuns solved = solve_runs(config, draws, middle.solvers(), executor, stop);
  training.num_runs = static_cast<Index>(draws.size());
  training.num_held_out = num_held_out(config.operator_network, training.num_runs);
  const std::size_t learned = draws.size() - static_cast<std::size_t>(training.num_held_out);
  const OperatorSamples samples = samples_of(config, trained, solved, draws, 0, learned);
  const OperatorSamples held_out = samples_of(config, trained, solved, draws, learned, draws.size());
  if (samples.size() == 0)
    throw UsageError(config.base.file_name() + ": there is nothing to learn from, the fine solver has crossed no run");
  train_and_measure(options, middle.problem->layout(), samples, held_out, executor, training);
  trained.solve_seconds = solved.seconds;
  training.fine_seconds = solved.seconds / static_cast<double>(trained.num_solves);
  return training;
}

namespace {

std::string counted_noun(Index number, const std::string& what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

std::string training_cost(const OperatorTraining& training) {
  const TrainedOperator& trained = training.trained;
  const std::string learning = format_duration(trained.training_seconds) + " for training ";
  if (training.from_equation) {
    if (training.num_iterations > 0) {
      return learning + "on the equation at " + counted_noun(training.num_samples, "state") + " of " +
             counted_noun(training.num_runs - training.num_held_out, "rough run") + " and beside them, " +
             counted_noun(training.num_iterations, "Gauss-Newton step") + ", residual " +
             format_scientific(training.residual) + " of the change; no fine slice";
    }
    const std::string where =
        training.num_samples > 1 ? " at " + counted_noun(training.num_samples, "parameter set") : "";
    return learning + "on the equation" + where + ", in directions of " +
           counted_noun(training.num_runs - training.num_held_out, "rough run") + "; no fine slice";
  }
  const std::string of_runs =
      counted_noun(trained.num_solves, "fine slice") + " of " + counted_noun(training.num_runs, "run");
  return (training.from_store ? of_runs + " were in the store, "
                              : format_duration(trained.solve_seconds) + " for " + of_runs + ", ") +
         learning + "on " + std::to_string(training.num_samples) + " of them";
}

}  // namespace

std::string training_report(const OperatorTraining& training, const std::string& file, bool as_json) {
  const TrainedOperator& trained = training.trained;
  if (as_json) {
    nlohmann::ordered_json json = {{"schema", "forerun.operator-training/1"},
                                   {"file", file},
                                   {"kind", trained.network->kind()},
                                   {"runs", training.num_runs},
                                   {"held_out", training.num_held_out},
                                   {"fine_slices", trained.num_solves},
                                   {"fine_seconds", trained.solve_seconds},
                                   {"samples", training.num_samples},
                                   {"training_seconds", trained.training_seconds},
                                   {"weights", trained.network->num_weights()},
                                   {"seconds_a_slice", training.slice_seconds},
                                   {"fine_seconds_a_slice", training.fine_seconds}};
    if (training.num_iterations > 0) {
      json["gauss_newton_steps"] = training.num_iterations;
      json["residual"] = training.residual;
    }
    json["error"] = std::isfinite(trained.error) ? nlohmann::ordered_json(trained.error) : nlohmann::ordered_json();
    return json_page(json);
  }
  const auto& seconds = format_duration;
  std::string text = "network    " + std::string(trained.network->kind()) + ", " +
                     std::to_string(trained.network->num_weights()) + " weights, to " + printable(file) + "\n";
  text += "one-off    " + training_cost(training) + "\n";
  text +=
      "a slice    " + seconds(training.slice_seconds) + ", the fine solver " + seconds(training.fine_seconds) + "\n";
  text += "error      ";
  text += std::isfinite(trained.error)
              ? format_scientific(trained.error) + " of a slice's change, in " +
                    counted_noun(training.num_held_out, training.from_equation ? "rough run" : "run") +
                    " not learned from\n"
              : std::string("not measured, no run was held out\n");
  if (training.num_iterations > 0 && trained.error >= kTooFarOff)
    text += "           too far off to save many iterations: more modes or neurons, or another coarse solver\n";
  return text;
}

}  // namespace forerun
