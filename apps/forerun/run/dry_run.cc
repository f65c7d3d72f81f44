#include "apps/forerun/run/dry_run.h"

#include <algorithm>

#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/run/method_run.h"
#include "apps/forerun/run/report.h"
#include "apps/forerun/run/run_directory.h"
#include "apps/forerun/run/run_memory.h"
#include "core/base/number_text.h"
#include "core/base/plain_text.h"
#include "solvers/coarsening/problem_variant.h"
#include "solvers/equations/problem_registry.h"

namespace forerun {
namespace {

std::string joined_by_commas(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::vector<std::string> corrector_names(const ComparisonPlan& plan) {
  std::vector<std::string> names;
  for (const NamedChoice& corrector : plan.correctors) {
    names.push_back(corrector.name + (serves(plan.warm_start, corrector) ? " (warm)" : ""));
  }
  return names;
}

/// Of a run with this corrector, all in all.
std::string memory_text(const NamedChoice& corrector, const ComparisonPlan& plan, const Experiment& experiment,
                        double sweeps) {
  const auto after = [&](double iterations) {
    return format_bytes(
        run_bytes(corrector, experiment, plan.reference, serves(plan.warm_start, corrector), iterations));
  };
  if (!learns(corrector, experiment)) {
    return after(1.0) +
           (can_learn(corrector) ? ": so many slices, so cheap to cross, are left to classic Parareal" : "");
  }
  constexpr double some = 10.0;
  std::string text = after(1.0) + " after one iteration";
  if (sweeps > some) text += ", " + after(some) + " after ten";
  return text + ", never more than " + after(sweeps);
}

std::vector<std::string> files_written(const SolveRequest& request, const ComparisonPlan& plan,
                                       const Experiment& experiment) {
  std::vector<std::string> files;
  if (request.json && *request.json != "-") files.push_back(*request.json);
  if (request.save_model) files.push_back(request.save_model->string());
  if (request.out) {
    for (const std::string& name : RunDirectory::file_names(experiment, plan)) {
      files.push_back((*request.out / name).string());
    }
  }
  return files;
}

}  // namespace

std::string plan_line(const std::string& name, const std::string& value) {
  constexpr std::size_t width = 20;
  return "  " + name + std::string(name.size() < width ? width - name.size() : 1, ' ') + value + "\n";
}

std::string pass_text(const SolverSpec& solver, const Experiment& experiment) {
  if (solver.external) return std::to_string(experiment.num_slices()) + " slices by " + to_text(solver);
  if (solver.is_adaptive()) return "steps of " + to_text(solver) + ", as many as that takes";
  PlainText text;
  text << shortest_text(static_cast<double>(solver.steps()) * static_cast<double>(experiment.num_slices()))
       << " steps of " << solver.method << " in all, step "
       << experiment.grid.slice_length() / static_cast<double>(solver.steps());
  if (solver.is_of_variant()) {
    text << ", d = " << EquationOfSolver(*experiment.problem, solver).problem().dimension();
    for (const auto& [key, value] : solver.problem) text << ", " << key << " = " << toml_text(value);
  }
  return text.str();
}

std::string plan_files(const std::vector<std::string>& files) {
  std::string text = plan_line("files", files.empty() ? "none" : std::to_string(files.size()));
  for (const std::string& file : files) text += "    " + file + "\n";
  return text;
}

std::string dry_run_text(const SolveRequest& request, const ComparisonPlan& plan, const Experiment& experiment) {
  const RunConfig& config = experiment.config;
  const Index limit = experiment.options.max_iterations;
  const std::string& first = plan.correctors.front().name;
  const bool method_alone = plan.correctors.size() == 1 && is_by_method(first);
  const Index most = limit > 0 ? limit : experiment.window_slices();
  const double sweeps = static_cast<double>(method_alone ? most_iterations(first, experiment) : most);
  std::string text = problem_heading(experiment) + "\n";
  text += plan_line("equation", equation_text(find_problem(config.problem.name), config.problem.parameters));
  text += plan_line("one fine pass", pass_text(config.fine, experiment));
  text += plan_line("one coarse pass", pass_text(config.coarse, experiment));
  text += plan_line("iterations", "at most " + toml_text(static_cast<std::int64_t>(sweeps)) +
                                      (config.windows > 1 ? " in each window" : ""));
  if (!method_alone) text += plan_line("correctors", joined_by_commas(corrector_names(plan)));
  for (const NamedChoice& run : plan.correctors) {
    if (is_by_method(run.name)) text += plan_line(run.name, method_text(run.name, experiment));
  }
  text += plan_line("reference", plan.reference ? "serial fine solution" : "none");
  if (experiment.output) {
    text += plan_line("output", std::to_string(experiment.output->times.size()) + " states, " +
                                    format_bytes(experiment.output->bytes(experiment.dimension())) +
                                    (plan.keep_output ? "" : ", left out without --out"));
  }
  for (const NamedChoice& corrector : plan.correctors)
    text += plan_line("memory, " + corrector.name, memory_text(corrector, plan, experiment, sweeps));
  if (request.out) {
    text += plan_line("disk, checkpoint", format_bytes(checkpoint_bytes_per_slice(experiment.dimension()) *
                                                       static_cast<double>(experiment.num_slices())) +
                                              " an iteration at most, until the run has ended");
  }
  return text + plan_files(files_written(request, plan, experiment)) + dry_run_ending;
}

}  // namespace forerun
