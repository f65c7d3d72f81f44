#include "apps/forerun/campaign/physics_training.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "apps/forerun/campaign/flow_training.h"
#include "apps/forerun/campaign/rough_runs.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/run/operator_solver.h"
#include "core/base/stop_scope.h"
#include "core/base/stopwatch.h"
#include "learning/networks/physics_flow.h"
#include "learning/networks/physics_operator.h"
#include "learning/networks/train_operator.h"
#include "solvers/integrators/reduced/reduced_equation.h"

namespace forerun {
namespace {

constexpr double kMostBytes = 4e9;  ///< of a fit, and of rough states

void require_memory_of_fit(const CampaignConfig& config, const States& basis, Index num_inputs) {
  const double bytes = physics_fit_bytes(basis.cols(), num_inputs);
  if (bytes <= kMostBytes) return;
  throw UsageError(config.base.file_name() + ": [operator] modes: " + std::to_string(basis.cols()) + " directions at " +
                   std::to_string(num_inputs) + " parameters take " + format_bytes(bytes) +
                   " to fit: must be at most " + format_bytes(kMostBytes) +
                   "; fewer modes, neurons or samples will do");
}

EquationFamily equations_of(const CampaignConfig& config, const Experiment& middle, const ParameterBox& box,
                            const OperatorOptions& options, States basis, SliceExecutor& executor) {
  EquationFamily family{std::move(basis), physics_inputs(options, box.size()), {}};
  require_memory_of_fit(config, family.modes, family.inputs.cols());
  family.sides.resize(static_cast<std::size_t>(family.inputs.cols()));
  const double length = middle.grid.slice(0).length();
  executor.for_each(family.inputs.cols(), [&](Index i) {
    StopScope::throw_if_stop_requested();
    const State unit = 0.5 * (family.inputs.col(i).array() + 1.0);
    const State values = box.lower + (box.upper - box.lower).cwiseProduct(unit);
    const auto problem = problem_at(*middle.problem, middle.config.problem.parameters, box, values);
    family.sides[static_cast<std::size_t>(i)] = length * project(*problem, family.modes);
  });
  return family;
}

double measured_fine_seconds(const Experiment& middle) {
  State end(middle.dimension());
  const Stopwatch watch;
  middle.fine->propagate(middle.grid.slice(0), middle.initial, end);
  return watch.seconds();
}

void require_memory_of_runs(const CampaignConfig& config, const Experiment& middle, std::size_t num_runs) {
  const double bytes = rough_states_bytes(middle, num_runs);
  if (bytes <= kMostBytes) return;
  throw UsageError(config.base.file_name() + ": [campaign] runs: the states of " + std::to_string(num_runs) +
                   " rough runs take " + format_bytes(bytes) + ": must be at most " + format_bytes(kMostBytes) +
                   "; fewer runs or a coarser mesh will do");
}

void fit_flow(const CampaignConfig& config, const OperatorOptions& options, FlowTask task, SliceExecutor& executor,
              OperatorTraining& training) {
  training.num_samples = task.samples.starts.cols();
  try {
    PhysicsFlowFit fit = fit_physics_flow(options, std::move(task.samples), *task.equations, executor);
    training.residual = fit.residual;
    training.num_iterations = fit.iterations;
    training.trained.network = std::move(fit.network);
  } catch (const std::invalid_argument& error) {
    throw UsageError(config.base.place_of_section("problem") + ": [problem]: " + error.what());
  }
}

/// A network that is as far off as the state that a slice begins with takes iterations instead of saving them.
void require_better_than_none(const CampaignConfig& config, const OperatorTraining& training,
                              const OperatorSamples& held_out) {
  const bool is_measured = held_out.size() > 0 && held_out.ends != held_out.starts;
  const double off = is_measured ? training.trained.error : training.residual;
  if (off < 1.0) return;  // NaN is not
  throw UsageError(config.base.file_name() +
                   ": [operator] kind = \"pinn\": must come closer to a slice's end than its beginning is, and " +
                   (is_measured ? "in rough runs" : "by its residual") + " is off by " + format_scientific(off) +
                   " of a slice's change; it has not served where fronts move");
}

}  // namespace

OperatorTraining train_physics_operator_for(const CampaignConfig& config, const Experiment& middle,
                                            SliceExecutor& executor, const std::stop_token& stop) {
  const StopScope scope(stop);
  const OperatorOptions options = OperatorOptions::from_parameters(config.operator_network);
  OperatorTraining training;
  training.from_equation = true;
  TrainedOperator& trained = training.trained;
  trained = untrained_operator(config, middle);
  const std::vector<Draw> draws = make_draws(config, *middle.problem, middle.grid.begin());
  training.num_runs = static_cast<Index>(draws.size());
  training.num_held_out = num_held_out(config.operator_network, training.num_runs);
  const std::size_t learned = draws.size() - static_cast<std::size_t>(training.num_held_out);

  const Stopwatch watch;
  const bool is_affine = middle.problem->is_affine();
  if (!is_affine) require_memory_of_runs(config, middle, draws.size());
  const std::vector<RoughRun> runs =
      rough_runs(config, draws, middle.solvers(), 2 * options.modes, !is_affine, executor);
  if (is_affine) {
    EquationFamily family = equations_of(config, middle, trained.family.box, options,
                                         basis_of_runs(config, runs, learned, options.modes), executor);
    training.num_samples = family.inputs.cols();
    trained.network = fit_physics_operator(options, std::move(family), executor);
  } else {
    fit_flow(config, options, flow_task(config, middle, trained, options, draws, runs, learned, executor), executor,
             training);
  }
  trained.training_seconds = watch.seconds();

  const OperatorSamples held_out = rough_slices(config, trained, runs, draws, learned);
  trained.error = held_out.size() > 0 ? relative_error(*trained.network, held_out, executor) : std::nan("");
  if (!is_affine) require_better_than_none(config, training, held_out);
  training.slice_seconds = seconds_a_slice(*trained.network, rough_slices(config, trained, runs, draws, 0));
  training.fine_seconds = measured_fine_seconds(middle);
  return training;
}

}  // namespace forerun
