#include "apps/forerun/run/solve.h"

#include <spdlog/logger.h>

#include <algorithm>
#include <exception>
#include <optional>

#include "apps/forerun/cli/interrupt.h"
#include "apps/forerun/cli/printable.h"
#include "apps/forerun/cli/progress.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/method.h"
#include "apps/forerun/record/provenance.h"
#include "apps/forerun/record/report_json.h"
#include "apps/forerun/run/checkpoint.h"
#include "apps/forerun/run/comparison.h"
#include "apps/forerun/run/dry_run.h"
#include "apps/forerun/run/learner.h"
#include "apps/forerun/run/make_solver.h"
#include "apps/forerun/run/method_run.h"
#include "apps/forerun/run/process_places.h"
#include "apps/forerun/run/report.h"
#include "apps/forerun/run/run_directory.h"
#include "apps/forerun/run/run_journal.h"
#include "apps/forerun/run/shared_run.h"
#include "apps/forerun/run/writable_path.h"
#include "core/base/errors.h"
#include "core/base/stop_scope.h"
#include "core/execution/time_communicator.h"
#include "learning/files/model_file.h"

namespace forerun {
namespace {

/// For compare without --correctors: plain Parareal, RandNet-Parareal as published, the guard, and what the
/// configuration names.
std::vector<std::string> corrector_names(const SolveRequest& request, const RunConfig& config) {
  if (!request.correctors.empty()) return request.correctors;
  std::vector<std::string> names = {"classic", "randnet-local", "auto"};
  if (std::find(names.begin(), names.end(), config.corrector.name) == names.end())
    names.push_back(config.corrector.name);
  return names;
}

/// A model that is saved belongs to one corrector that learns; one that is given must serve.
void check_models(const SolveRequest& request, const ComparisonPlan& plan) {
  const auto learners = std::count_if(plan.correctors.begin(), plan.correctors.end(), can_learn);
  if (request.save_model && learners != 1) {
    throw UsageError("--save-model " + request.save_model->string() +
                     ": must have one corrector that learns to save, " +
                     (learners == 0 ? "not classic Parareal alone" : "not " + std::to_string(learners)) +
                     "; --out saves each one's model");
  }
  const auto served = [&](const NamedChoice& corrector) { return serves(plan.warm_start, corrector); };
  if (plan.warm_start && std::none_of(plan.correctors.begin(), plan.correctors.end(), served)) {
    throw UsageError("--model " + plan.warm_start->file.string() + ": was learned by '" +
                     plan.warm_start->model->corrector + "', which is not among the correctors of this run");
  }
}

/// Those of Parareal by their correctors, those of other methods by their names.
std::vector<std::string> run_names(const SolveRequest& request, const RunConfig& config) {
  if (!request.runs.empty()) return request.runs;
  const bool is_other = is_by_method(config.method.name);
  if (request.command == "run") {
    if (is_other) refuse_settings_of_parareal(request.document, config.method.name);
    return {is_other ? config.method.name : config.corrector.name};
  }
  std::vector<std::string> methods = request.methods;
  if (methods.empty()) methods = {kParareal};
  if (request.methods.empty() && is_other) methods.push_back(config.method.name);
  std::vector<std::string> names;
  for (const std::string& method : methods) {
    const std::vector<std::string> of_method =
        is_by_method(method) ? std::vector<std::string>{method} : corrector_names(request, config);
    names.insert(names.end(), of_method.begin(), of_method.end());
  }
  return names;
}

ComparisonPlan make_plan(const SolveRequest& request, const Experiment& experiment, const Console& console) {
  ComparisonPlan plan;
  for (const std::string& name : run_names(request, experiment.config)) {
    if (is_by_method(name)) {
      if (console.communicator != nullptr) {
        throw UsageError(name + ": takes one process, and was started as " +
                         std::to_string(console.communicator->size()) + ": only Parareal can be shared");
      }
      require_suitable(request.document, experiment, name);
      plan.correctors.push_back(method_choice(experiment.config, name));
      continue;
    }
    plan.correctors.push_back(choose_corrector(experiment.config, name));
    require_learner(request.document, plan.correctors.back(), *experiment.problem);
  }
  plan.reference = request.reference;
  plan.quiet = request.quiet;
  // Many processes would have to agree on how often.
  plan.repeat = request.reference && console.communicator == nullptr;
  plan.keep_models = request.save_model || request.out;
  plan.keep_output = experiment.output && request.out;
  if (request.model) plan.warm_start = load_warm_start(*request.model, experiment);
  check_models(request, plan);
  require_slices_for_all(request.document, experiment, console);
  return plan;
}

std::optional<std::filesystem::path> json_file(const SolveRequest& request) {
  return request.json && *request.json != "-" ? std::optional<std::filesystem::path>(*request.json) : std::nullopt;
}

/// What can be said of the places of results without touching them.
void check_places(const SolveRequest& request) {
  namespace fs = std::filesystem;
  std::vector<fs::path> taken = {fs::weakly_canonical(fs::absolute(request.document.file_name()))};
  const auto check = [&](const std::string& option, const std::optional<fs::path>& file) {
    if (!file) return;
    require_file_name(*file);
    const fs::path place = fs::weakly_canonical(fs::absolute(*file));
    if (std::find(taken.begin(), taken.end(), place) != taken.end()) {
      throw UsageError(option + " " + file->string() +
                       ": must be another file than the configuration and the other "
                       "results");
    }
    taken.push_back(place);
  };
  check("--json", json_file(request));
  check("--save-model", request.save_model);
  if (request.out) RunDirectory::require_usable(*request.out);
}

void say_transfer(const ComparisonPlan& plan, spdlog::logger& logger) {
  if (!plan.warm_start) return;
  for (const std::string& difference : plan.warm_start->transfer) {
    logger.warn("{}", printable("transfer from " + plan.warm_start->file.string() + ": " + difference));
  }
}

void report(const SolveRequest& request, const Comparison& comparison, const Experiment& experiment,
            const std::string& json, const Console& console, spdlog::logger& logger) {
  for (const std::string& sentence : notes(comparison)) logger.warn("{}", printable(sentence));
  if (request.json == "-") {
    console.out << json;
    for (const std::string& sentence : shortfalls(comparison, experiment)) logger.warn("{}", sentence);
  } else if (request.command == "run") {
    if (!comparison.runs.empty()) console.out << run_summary(comparison, experiment);
  } else {
    console.out << comparison_table(comparison, experiment);
  }
  console.out.flush();
}

void save_learned_model(const std::filesystem::path& path, const Comparison& comparison, spdlog::logger& logger) {
  const auto found = std::find_if(comparison.runs.begin(), comparison.runs.end(),
                                  [](const auto& run) { return run.model.has_value(); });
  if (found == comparison.runs.end()) {
    logger.warn("{}: not written, nothing was learned", path.string());
    return;
  }
  save_model(path, *found->model);
  logger.info("{}: written{}", path.string(), found->record.converged() ? "" : ", from a run that did not converge");
}

/// Returns the first failure, or nullptr; the rest has been written.
std::exception_ptr write_results(const SolveRequest& request, const Comparison& comparison, RunJournal& journal,
                                 bool speaks, spdlog::logger& logger) {
  std::exception_ptr first;
  try {
    journal.finish(comparison);
  } catch (const FileError&) {
    first = std::current_exception();
  }
  try {
    if (request.save_model && speaks) save_learned_model(*request.save_model, comparison, logger);
  } catch (const FileError&) {
    if (!first) first = std::current_exception();
  }
  return first;
}

/// `forerun resume` has something to do: work was cut off, failed for a reason that may pass, or could not be written.
bool may_go_on(const Comparison& comparison, const std::exception_ptr& failure) {
  const ExitStatus status = exit_status(comparison);
  return failure || comparison.interrupted || status == ExitStatus::solver_failed;
}

/// Everything has been checked and prepared.
ExitStatus carry_out_and_report(const SolveRequest& request, const Experiment& experiment, const ComparisonPlan& plan,
                                const RunDirectory* directory, InterruptGuard& interrupt, const Console& console,
                                spdlog::logger& logger) {
  RunJournal journal({directory, console.speaks() ? json_file(request) : std::nullopt}, experiment, plan.warm_start,
                     logger, console.communicator);
  const InterruptGuard::Keep keep(interrupt, [&journal, checkpoint = plan.checkpoint] {
    if (checkpoint != nullptr) checkpoint->write();
    return journal.keep();
  });
  const Comparison comparison = carry_out(plan, experiment, console, logger, interrupt.token(), &journal);
  interrupt.finish();

  // Files first: standard output may be a pipe that nobody reads any more.
  const std::exception_ptr failure = write_results(request, comparison, journal, console.speaks(), logger);
  const bool goes_on = may_go_on(comparison, failure);
  if (plan.checkpoint != nullptr && !goes_on) plan.checkpoint->remove();
  const std::string json = request.json == "-" ? comparison_json(comparison, experiment, plan.warm_start) : "";
  report(request, comparison, experiment, json, console, logger);
  if (plan.checkpoint != nullptr && goes_on)
    logger.info("`forerun resume {}` goes on", printable(request.out->string()));
  if (failure) std::rethrow_exception(failure);
  return InterruptGuard::status().value_or(exit_status(comparison));
}

void require_writable_files(const SolveRequest& request, const Console& console) {
  if (!console.speaks()) return;
  if (json_file(request)) require_writable(*json_file(request));
  if (request.save_model) require_writable(*request.save_model);
}

/// What was asked for, and what may differ.
SolveRequest resumed(const CheckpointedRequest& kept, const ResumeOptions& options) {
  SolveRequest request;
  request.command = kept.command;
  request.document = ConfigDocument::read(options.directory / "config.toml");
  if (options.threads) {
    request.document.set_from_text("run", "threads", *options.threads, "--threads " + *options.threads);
  }
  request.runs = kept.correctors;
  request.reference = kept.reference;
  request.model = kept.model_place;
  request.save_model = kept.save_model;
  request.out = options.directory;
  request.json = options.json ? options.json : kept.json;
  request.quiet = options.quiet;
  return request;
}

}  // namespace

ExitStatus solve(const SolveRequest& request, const std::vector<std::string>& words, const Console& console) {
  InterruptGuard interrupt;
  const std::stop_token stop = interrupt.token();
  const StopScope scope(stop);
  Experiment experiment = make_experiment(request.document, {}, num_processes(console));
  prepare_for_processes(experiment, console);
  open_external_solvers(request.document, experiment);
  ComparisonPlan plan = make_plan(request, experiment, console);
  if (console.speaks()) check_places(request);
  if (request.dry_run) {
    console.out << dry_run_text(request, plan, experiment);
    return ExitStatus::ok;
  }
  require_writable_files(request, console);
  const auto logger = make_logger(console, request.quiet);
  const std::vector<ProcessPlace> processes = process_places(experiment.executor->num_threads(), console);
  std::optional<RunDirectory> directory;
  std::optional<Checkpoint> checkpoint;
  if (request.out && console.speaks()) {
    directory.emplace(*request.out);
    directory->write_origin(experiment,
                            provenance_json(experiment, request.document, words, plan.warm_start, processes));
    checkpoint.emplace(*request.out, request, experiment, plan, *logger);
  }
  if (request.out) join_first(directory, checkpoint, *request.out, experiment, console, *logger);
  if (checkpoint) plan.checkpoint = &*checkpoint;
  say_transfer(plan, *logger);
  if (experiment.output && !request.out) logger->warn("[output] is left out: it is written with --out DIR only");
  return carry_out_and_report(request, experiment, plan, directory ? &*directory : nullptr, interrupt, console,
                              *logger);
}

ExitStatus resume(const ResumeOptions& options, const Console& console) {
  InterruptGuard interrupt;
  const std::stop_token stop = interrupt.token();
  const StopScope scope(stop);
  const CheckpointedRequest kept = Checkpoint::read_request(options.directory);
  const SolveRequest request = resumed(kept, options);
  Experiment experiment = make_experiment(request.document, {}, num_processes(console));
  open_external_solvers(request.document, experiment);
  experiment.planned = kept.planned;
  prepare_for_processes(experiment, console);
  ComparisonPlan plan = make_plan(request, experiment, console);
  if (plan.warm_start) plan.warm_start->file = *kept.model;
  require_writable_files(request, console);
  const auto logger = make_logger(console, request.quiet);
  std::optional<RunDirectory> directory;
  std::optional<Checkpoint> checkpoint;
  if (console.speaks()) {
    directory.emplace(options.directory, RunDirectory::Content::of_this_run);
    checkpoint.emplace(options.directory, experiment.config.checkpoint_seconds, *logger);
  }
  join_first(directory, checkpoint, options.directory, experiment, console, *logger);
  plan.checkpoint = &*checkpoint;
  return carry_out_and_report(request, experiment, plan, directory ? &*directory : nullptr, interrupt, console,
                              *logger);
}

}  // namespace forerun
