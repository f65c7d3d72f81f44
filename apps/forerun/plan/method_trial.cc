#include "apps/forerun/plan/method_trial.h"

#include <spdlog/logger.h>

#include <cmath>

#include "apps/forerun/cli/progress.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/method.h"
#include "apps/forerun/precision/time_limit.h"
#include "apps/forerun/run/comparison.h"
#include "apps/forerun/run/paraexp_run.h"

namespace forerun {
namespace {

/// The configuration with the method, and the stand-in where that will do. Throws `UsageError` where they do not go
/// together.
Experiment method_experiment(ConfigDocument document, const Experiment& configured, const SolverSpec& stand_in,
                             const MethodSettings& settings, double max_seconds) {
  const std::string place = "the plan's [method]";
  const auto set = [&](const std::string& key, const ParameterValue& value) {
    document.set({"method", key, value, place});
  };
  set("name", settings.method);
  for (const auto& [key, value] : settings.keys) set(key, value);
  document.remove("fine", "levels");
  if (settings.method != kPfasst) set_solver(document, "fine", stand_in, "the plan's [fine]");
  if (settings.method != kParaexp) {
    if (configured.options.tolerance > 0.0) set("tolerance", configured.options.tolerance);
    set("max_seconds", max_seconds);
  }
  return make_experiment(document);
}

Index num_pieces(const Experiment& experiment) {
  const Index slices = experiment.num_slices();
  const std::string& method = experiment.config.method.name;
  if (method == kMgrit) return (slices + experiment.mgrit.coarsening - 1) / experiment.mgrit.coarsening;
  return method == kParaexp ? paraexp_settings(experiment).options.num_parts(slices) : slices;
}

/// One after the other: on each grid or level a few to the neighbour, and along the coarsest from one to the next; the
/// sums of ParaExp in as many rounds as parts can be halved.
Index num_messages(const Experiment& experiment) {
  const Index slices = experiment.num_slices();
  const std::string& method = experiment.config.method.name;
  if (method == kMgrit) {
    const std::vector<Index> sizes = experiment.mgrit.grid_sizes(slices);
    return 3 * static_cast<Index>(sizes.size()) + sizes.back();
  }
  if (method == kPfasst) return experiment.pfasst.levels + slices;
  return slices * std::max<Index>(1, static_cast<Index>(std::ceil(std::log2(num_pieces(experiment)))));
}

MethodCost cost_of(const RunRecord& record, const Experiment& experiment, const SolverProbe& probe) {
  MethodCost cost;
  cost.num_slices = experiment.num_slices();
  cost.serial_slice = probe.fine_alone;
  cost.pieces = num_pieces(experiment);
  cost.start = record.initial_seconds.coarse;
  if (experiment.config.method.name == kPfasst && !record.iterations.empty()) {
    // Burn-in sweeps ever fewer steps side by side: with a processor each it is not longer than an iteration.
    const IterationRecord& first = record.iterations.front();
    cost.start = std::min(cost.start, first.max_slice_fine_seconds() + first.seconds.coarse);
  }
  cost.messages = num_messages(experiment);
  cost.state_bytes = 8.0 * static_cast<double>(experiment.dimension());
  const double pass = static_cast<double>(cost.num_slices) * probe.fine_alone;
  const bool sweeps_levels = experiment.config.method.name == kPfasst;
  for (const IterationRecord& iteration : record.iterations) {
    const double slowest = static_cast<double>(cost.pieces) * iteration.max_slice_fine_seconds();
    cost.iterations.push_back({sweeps_levels ? slowest : iteration.fine_work * pass, iteration.seconds.coarse});
  }
  return cost;
}

}  // namespace

std::vector<MethodSettings> methods_to_try() {
  return {{kMgrit, {{"coarsening", std::int64_t{4}}}},
          {kMgrit, {{"coarsening", std::int64_t{4}}, {"max_levels", std::int64_t{2}}}},
          {kMgrit, {{"coarsening", std::int64_t{16}}}},
          {kPfasst, {}},
          {kParaexp, {}}};
}

std::string configuration_lines(const MethodSettings& settings) {
  std::string lines = "[method]\nname = \"" + settings.method + "\"\n";
  for (const auto& [key, value] : settings.keys) lines += key + " = " + toml_text(value) + "\n";
  return lines;
}

MethodTrial run_method_trial(const ConfigDocument& document, const Experiment& configured, const SolverProbe& probe,
                             const SolverSpec& stand_in, const MethodSettings& settings, double max_seconds,
                             const Console& console, const std::stop_token& stop) {
  MethodTrial trial;
  trial.settings = settings;
  std::optional<Experiment> experiment;
  try {
    experiment = method_experiment(document, configured, stand_in, settings, max_seconds);
  } catch (const UsageError& error) {
    const std::string sentence = error.what();
    const std::size_t key = sentence.find(": [");  // behind the place
    trial.unsuited = key == std::string::npos ? sentence : sentence.substr(key + 2);
    return trial;
  }
  ComparisonPlan plan;
  plan.correctors = {experiment->config.method};
  plan.quiet = true;
  const TimeLimit limit(kTrialPatience * max_seconds, stop);
  const Comparison comparison = carry_out(plan, *experiment, console, *make_logger(console, true), limit.token());
  trial.interrupted = stop.stop_requested();
  if (comparison.interrupted) trial.shortfall = kBrokenOff;
  if (comparison.interrupted || comparison.runs.empty()) return trial;
  const RunRecord& record = comparison.runs.front().record;
  trial.seconds = record.seconds.total;
  trial.solved = record.converged();
  trial.num_iterations = record.num_iterations();
  trial.effective_sweeps = record.effective_sweeps();
  if (!trial.solved) {
    trial.shortfall = record.failure ? record.failure->sentence() : std::string(to_string(record.termination));
    return trial;
  }
  std::vector<double> residuals;
  for (const IterationRecord& iteration : record.iterations) residuals.push_back(iteration.jump);
  trial.contraction = mean_contraction(residuals);
  trial.cost = cost_of(record, *experiment, probe);
  return trial;
}

std::optional<double> mean_contraction(const std::vector<double>& values) {
  if (values.size() < 2 || !(values.front() > 0.0) || !(values.back() > 0.0)) return std::nullopt;
  return std::pow(values.back() / values.front(), 1.0 / static_cast<double>(values.size() - 1));
}

}  // namespace forerun
