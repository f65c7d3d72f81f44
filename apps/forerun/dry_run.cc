#include "apps/forerun/dry_run.h"

#include <sstream>

#include "apps/forerun/report.h"
#include "apps/forerun/run_directory.h"
#include "apps/forerun/text_table.h"
#include "solvers/problem_registry.h"

namespace forerun {
namespace {

std::string joined(const std::vector<std::string>& words) {
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

std::string dry_run_text(const SolveRequest& request, const ComparisonPlan& plan, const Experiment& experiment) {
  const RunConfig& config = experiment.config;
  const auto slices = static_cast<double>(experiment.num_slices());
  const Index limit = experiment.options.max_iterations;
  const double sweeps = static_cast<double>(limit > 0 ? limit : experiment.num_slices());
  std::ostringstream text;
  const auto line = [&text](const std::string& name, const std::string& value) {
    text << "  " << name << std::string(name.size() < 20 ? 20 - name.size() : 1, ' ') << value << "\n";
  };
  const auto steps = [&](const IntegratorSpec& spec) {
    std::ostringstream count;
    count << static_cast<double>(spec.steps) * slices;
    return count.str() + " steps of " + spec.method + " in all, step " +
           toml_text(experiment.grid.slice_length() / static_cast<double>(spec.steps));
  };
  text << problem_heading(experiment) << "\n";
  line("equation", find_problem(config.problem.name).equation);
  line("one fine pass", steps(config.fine));
  line("one coarse pass", steps(config.coarse));
  line("iterations", "at most " + toml_text(static_cast<std::int64_t>(sweeps)));
  line("correctors", joined(corrector_names(plan)));
  line("reference", plan.reference ? "serial fine solution" : "none");
  line("memory, states", format_bytes(state_bytes(experiment.dimension(), slices)));
  line("memory, harvest", format_bytes(harvest_bytes_per_slice(experiment.dimension()) * slices) + " an iteration, " +
                              "where the corrector learns");
  const std::vector<std::string> files = files_written(request, plan, experiment);
  line("files", files.empty() ? "none" : std::to_string(files.size()));
  for (const std::string& file : files) text << "    " << file << "\n";
  text << "\nDry run: nothing was solved or written.\n";
  return text.str();
}

}  // namespace forerun
