#include <spdlog/logger.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "apps/forerun/cli/command.h"
#include "apps/forerun/cli/interrupt.h"
#include "apps/forerun/cli/progress.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/method.h"
#include "apps/forerun/plan/scale_report.h"
#include "apps/forerun/record/history_json.h"
#include "apps/forerun/record/json_file.h"
#include "apps/forerun/record/record_file.h"
#include "apps/forerun/run/make_solver.h"
#include "apps/forerun/run/method_run.h"
#include "apps/forerun/run/report.h"
#include "apps/forerun/run/slice_timing.h"
#include "apps/forerun/run/solve_request.h"
#include "apps/forerun/run/writable_path.h"
#include "core/base/stop_scope.h"
#include "core/files/atomic_file.h"

namespace forerun {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* scale_details =
    R"(Takes a run's measured times and the history of its iterations, and models the same run on other machines: processors
that own a block of slices each, a network between them, event by event. A configuration is solved once on this machine
first; a run directory (`forerun run --out`) is read. What was measured and what is modelled is labelled so.

Examples:
  forerun scale data/configs/burgers.toml
  forerun scale runs/first --processors 1,16,128 --latency 1e-6 --bandwidth 2.5e10
  forerun scale data/configs/burgers.toml --set corrector.name=classic --json - | jq .modelled.strong

Other work on the machine shows in the times of a run, most of all as slices slower than the rest; --probe times the
solvers anew on the first slice and takes all slices for equal.

Strong scaling: the run's own slices on P processors. Weak scaling: P slices of the same length on P processors,
assuming as many iterations as recorded. Shares of the time are those of the critical path and add up to 100 %: useful
(one full fine pass, evenly divided), repeated (the other sweeps), imbalance (idle processors), coarse, learning, network.

Units: seconds, bytes per second.

Exit status: 0 modelled; 3 the run did not converge, 6 a solver failed, 129, 130, 143 ended by SIGHUP, SIGINT, SIGTERM
(then nothing is modelled); 2 wrong usage or configuration, 4 files.
)";

constexpr const char* config_name = "config.toml";

struct RecordedExperiment {
  Experiment experiment;
  std::string corrector;
  RunRecord record;
  int num_threads = 1;
  double serial_fine_seconds = 0.0;  ///< 0: not measured
  std::string source;
  bool converged = true;
};

/// The run of `corrector` in a record of schema "forerun.compare/1"; the first one where it is not there.
const Json& run_of(const Json& record, const std::string& corrector) {
  const Json& runs = json_array(record, "runs");
  const auto found =
      std::find_if(runs.begin(), runs.end(), [&](const Json& run) { return json_text(run, "corrector") == corrector; });
  return found != runs.end() ? *found : runs.at(0);
}

RecordedExperiment read_recorded(const std::filesystem::path& directory) {
  RecordedExperiment recorded{read_recorded_experiment(directory), {}, {}, 1, 0.0, "recorded in " + directory.string()};
  const Experiment& experiment = recorded.experiment;
  read_record(directory, experiment, [&](const Json& json) {
    const Json& run = run_of(json, experiment.config.corrector.name);
    recorded.corrector = json_text(run, "corrector");
    if (is_by_method(recorded.corrector))
      throw std::invalid_argument("holds a run of " + recorded.corrector + ": scaling is modelled of Parareal");
    recorded.converged = json_flag(run, "converged");
    if (!recorded.converged) return;
    if (json.contains("processes"))
      throw std::invalid_argument("holds a run that processes shared: scaling is modelled of one process alone");
    if (experiment.config.windows > 1)
      throw std::invalid_argument("holds a run in windows: scaling is modelled of one");
    recorded.record = read_history(json_member(run, "history"), experiment.num_slices());
    const auto& iterations = recorded.record.iterations;
    if (std::none_of(iterations.begin(), iterations.end(), [](const auto& k) { return k.at_top_level; })) {
      throw std::invalid_argument("holds a run without an iteration at the top of its fine solvers");
    }
    recorded.num_threads = recorded_threads(json);
    recorded.serial_fine_seconds = recorded_serial_seconds(json).value_or(0.0);
  });
  return recorded;
}

/// F on one slice alone, which is what serial stepping pays.
double serial_slice_seconds(const RecordedExperiment& recorded) {
  const Experiment& experiment = recorded.experiment;
  if (recorded.serial_fine_seconds > 0.0) {
    return recorded.serial_fine_seconds / static_cast<double>(experiment.num_slices());
  }
  if (experiment.fine->block_size() == 1) return 0.0;
  return seconds_alone(*experiment.fine, experiment.grid.slice(0), experiment.initial);
}

IterationHistory history_of(const RecordedExperiment& recorded, bool probe) {
  const Experiment& experiment = recorded.experiment;
  const IterationHistory history =
      iteration_history(recorded.record, {experiment.num_slices(), experiment.dimension(), recorded.num_threads,
                                          experiment.fine->block_size(), serial_slice_seconds(recorded)});
  if (!probe) return history;
  const Slice& slice = experiment.grid.slice(0);
  return with_slice_seconds(history, seconds_in_lanes(*experiment.fine, slice, experiment.initial),
                            seconds_alone(*experiment.fine, slice, experiment.initial),
                            seconds_alone(*experiment.coarse, slice, experiment.initial));
}

/// What the command was asked for, beside the run.
struct ScaleRequest {
  MachineOptions machine;
  bool probe = false;
  std::optional<std::string> json;
};

ExitStatus report(const RecordedExperiment& recorded, const ScaleRequest& request, const Console& console) {
  const Experiment& experiment = recorded.experiment;
  const std::string source = recorded.source + (request.probe ? "; solvers timed anew on the first slice" : "");
  const ScaleStudy study =
      make_scale_study(recorded.corrector, source, history_of(recorded, request.probe), request.machine);
  if (request.json == "-") {
    console.out << scale_json(study, experiment);
    return ExitStatus::ok;
  }
  console.out << scale_text(study, experiment);
  console.out.flush();
  if (request.json) write_file_atomically(*request.json, scale_json(study, experiment));
  return ExitStatus::ok;
}

ExitStatus solve_and_report(const SolveRequest& solve, const ScaleRequest& request, const Console& console) {
  const InterruptGuard interrupt;
  const std::stop_token stop = interrupt.token();
  const StopScope scope(stop);
  Experiment experiment = make_experiment(solve.document);
  open_external_solvers(solve.document, experiment);
  require_one_window(solve.document, experiment.config);
  require_parareal(solve.document, experiment.config, "how a run scales is modelled of it");
  ComparisonPlan plan;
  plan.correctors = {experiment.config.corrector};
  plan.quiet = solve.quiet;
  const auto logger = make_logger(console, solve.quiet);
  Comparison comparison = carry_out(plan, experiment, console, *logger, stop);
  for (const std::string& sentence : shortfalls(comparison, experiment))
    logger->error("{}; nothing modelled", sentence);
  const ExitStatus status = InterruptGuard::status().value_or(exit_status(comparison));
  if (status != ExitStatus::ok) return status;
  const int num_threads = experiment.executor->num_threads();
  std::string source =
      "one run on this machine, " + std::to_string(num_threads) + (num_threads == 1 ? " thread" : " threads");
  CorrectorRun& run = comparison.runs.front();
  return report({std::move(experiment), run.corrector.name, std::move(run.record), num_threads, 0.0, std::move(source)},
                request, console);
}

ExitStatus scale_run(const ParsedOptions& options, const std::vector<std::string>& /*words*/, const Console& console) {
  const ScaleRequest request{make_machine_options(options), options.has("probe"), options.text("json")};
  if (request.json && *request.json != "-") require_writable(*request.json);
  const auto& arguments = options.arguments();
  if (arguments.size() != 1 || !std::filesystem::is_directory(arguments.front())) {
    return solve_and_report(make_solve_request("scale", options, console), request, console);
  }
  for (const std::string name : {"set", "threads", "seed"}) {
    if (options.has(name)) {
      throw UsageError("--" + name + ": a run directory is taken as it is; name its " + config_name +
                       " to run it anew");
    }
  }
  RecordedExperiment recorded = read_recorded(arguments.front());
  if (!recorded.converged) {
    make_logger(console, options.has("quiet"))
        ->error("{} holds a run that did not converge; nothing modelled", arguments.front());
    return ExitStatus::not_converged;
  }
  const RunConfig& config = recorded.experiment.config;
  if (request.probe && (config.fine.external || config.coarse.external)) {
    throw UsageError("--probe: programs that a run directory names are not run to time them; name its " +
                     std::string(config_name) + " to run it anew");
  }
  return report(std::move(recorded), request, console);
}

}  // namespace

Command scale_command() {
  std::vector<OptionSpec> options = machine_option_specs();
  options.push_back({"probe", "", "time the solvers anew, undisturbed, and take all slices for equal"});
  for (const OptionSpec& spec : solve_option_specs()) {
    for (const char* name : {"set", "threads", "seed", "json", "quiet", "verbose", "log"}) {
      if (spec.name == name) options.push_back(spec);
    }
  }
  return {"scale",       "CONFIG|RUN_DIR", "Model a run on many processors: strong and weak scaling",
          scale_details, options,          scale_run};
}

}  // namespace forerun
