#include "apps/forerun/run/coarse_comparison.h"

#include <spdlog/logger.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "apps/forerun/cli/interrupt.h"
#include "apps/forerun/cli/progress.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/coarse_strategy.h"
#include "apps/forerun/config/method.h"
#include "apps/forerun/run/comparison_verdict.h"
#include "apps/forerun/run/experiment.h"
#include "apps/forerun/run/learner.h"
#include "apps/forerun/run/make_solver.h"
#include "apps/forerun/run/report.h"
#include "apps/forerun/run/writable_path.h"
#include "core/base/errors.h"
#include "core/base/number_text.h"
#include "core/base/stop_scope.h"
#include "core/base/stopwatch.h"
#include "core/files/atomic_file.h"

namespace forerun {
namespace {

using Json = nlohmann::ordered_json;

std::string place_of_strategy(const std::string& strategy) { return "--coarse " + strategy; }

/// The configuration with this strategy. What [coarse] says is of the strategy that it names.
ConfigDocument with_strategy(const ConfigDocument& document, const std::string& strategy) {
  const Setting* named = document.find("coarse", "strategy");
  if (named != nullptr && named->value == ParameterValue(strategy)) return document;
  ConfigDocument changed = document;
  remove_coarse(changed, strategy == "operator" ? "file" : "");
  changed.set({"coarse", "strategy", strategy, place_of_strategy(strategy)});
  return changed;
}

double crossing_seconds(const Propagator& solver, const Experiment& experiment) {
  State end(experiment.dimension());
  const Stopwatch watch;
  try {
    solver.propagate(experiment.grid.slice(0), experiment.initial, end);
  } catch (const PropagationError&) {
    // the run says where and why
  }
  return watch.seconds();
}

/// Making the coarse solver, and what the experiment's own, which has crossed nothing yet, finds out when it first
/// crosses a slice: a basis, modes, a network. Runs have it then already.
double set_up_seconds(const Experiment& experiment) {
  if (experiment.config.coarse.external) return 0.0;
  const Stopwatch watch;
  make_solver(experiment.config.coarse, *experiment.problem, experiment.config.problem.parameters,
              experiment.executor->num_threads());
  const double making = watch.seconds();
  const double first = crossing_seconds(*experiment.coarse, experiment);
  const double again = crossing_seconds(*experiment.coarse, experiment);
  return making + std::max(0.0, first - again);
}

/// Setting up is serial work, once, before a run.
double with_set_up(double speedup, double serial_seconds, double set_up) {
  return serial_seconds / (serial_seconds / speedup + set_up);
}

class Study {
 public:
  Study(const SolveRequest& request, const Console& console, spdlog::logger& logger, std::stop_token stop)
      : request_(request), console_(console), logger_(logger), stop_(std::move(stop)) {}

  CoarseComparison run() {
    for (const std::string& strategy : request_.strategies) {
      if (stop_.stop_requested()) break;
      try_out(strategy);
    }
    study_.interrupted = study_.interrupted || stop_.stop_requested();
    const bool any = std::any_of(study_.trials.begin(), study_.trials.end(),
                                 [](const CoarseTrial& trial) { return trial.refusal.empty(); });
    if (!any && !study_.interrupted) throw UsageError(study_.trials.back().refusal);
    return std::move(study_);
  }

 private:
  void try_out(const std::string& strategy) {
    CoarseTrial trial{.strategy = strategy, .solver = {}, .comparison = {}, .errors = {}, .refusal = {}};
    const ConfigDocument document = with_strategy(request_.document, strategy);
    try {
      const Experiment experiment = make_experiment(document);
      open_external_solvers(document, experiment);
      trial.set_up_seconds = set_up_seconds(experiment);
      trial.solver = solver_text(experiment.config.coarse);
      carry_out_trial(document, experiment, trial);
    } catch (const UsageError& error) {
      trial.refusal = error.what();
    }
    study_.trials.push_back(std::move(trial));
  }

  void carry_out_trial(const ConfigDocument& document, const Experiment& experiment, CoarseTrial& trial) {
    ComparisonPlan plan{.correctors = {},
                        .reference = false,
                        .warm_start = {},
                        .keep_models = false,
                        .keep_output = false,
                        .quiet = request_.quiet};
    for (const std::string& name : request_.correctors) {
      plan.correctors.push_back(choose_corrector(experiment.config, name));
      require_learner(document, plan.correctors.back(), *experiment.problem);
    }
    if (study_.heading.empty()) solve_serially(experiment);
    const SerialSolution& serial = study_.serial_fine;
    if (serial.interrupted) return;
    trial.comparison = carry_out(plan, experiment, console_, logger_, stop_);
    study_.interrupted = study_.interrupted || trial.comparison.interrupted;
    for (CorrectorRun& run : trial.comparison.runs) {
      trial.errors.push_back(largest_error(experiment, run.record.boundaries, serial.boundaries));
      if (!run.record.converged() || serial.failure) continue;
      run.measured_speedup = serial.seconds / (run.record.seconds.total + trial.set_up_seconds);
      if (run.modelled) {
        double& modelled = run.modelled->speedup;
        modelled = with_set_up(modelled, serial.seconds, trial.set_up_seconds);
      }
    }
  }

  void solve_serially(const Experiment& experiment) {
    study_.heading = experiment.problem->name() + ", d = " + std::to_string(experiment.dimension()) + ", " +
                     std::to_string(experiment.num_slices()) + " slices, fine " + solver_text(experiment.config.fine) +
                     ", tolerance " + shortest_text(experiment.options.tolerance) + ", " +
                     std::to_string(experiment.executor->num_threads()) + " threads";
    study_.serial_fine = solve_serial(experiment.grid, experiment.initial, *experiment.fine, stop_);
  }

  const SolveRequest& request_;
  const Console& console_;
  spdlog::logger& logger_;
  std::stop_token stop_;
  CoarseComparison study_;
};

struct Fastest {
  const CoarseTrial* trial = nullptr;
  const CorrectorRun* run = nullptr;
};

Fastest fastest_trial(const CoarseComparison& comparison) {
  Fastest best;
  for (const CoarseTrial& trial : comparison.trials) {
    for (const CorrectorRun& run : trial.comparison.runs) {
      if (!run.measured_speedup) continue;
      if (best.run == nullptr || *run.measured_speedup > *best.run->measured_speedup) best = {&trial, &run};
    }
  }
  return best;
}

/// No value where serial stepping was not measured to its end.
std::optional<Verdict> coarse_verdict(const CoarseComparison& comparison) {
  const SerialSolution& serial = comparison.serial_fine;
  if (serial.failure || serial.interrupted) return std::nullopt;
  const auto [trial, run] = fastest_trial(comparison);
  if (run == nullptr) return verdict_without_contender(serial.seconds, true);
  const Contender contender{trial->strategy + " with " + run->corrector.name, *run->measured_speedup,
                            serial.seconds / *run->measured_speedup};
  return measured_verdict(contender, serial.seconds, "measured", true);
}

void refuse_what_is_of_one_run(const SolveRequest& request) {
  const auto refuse = [](const std::string& option) {
    throw UsageError(option + ": must be left out with --coarse, which compares and keeps nothing but its table");
  };
  if (request.out) refuse("--out " + request.out->string());
  if (request.model) refuse("--model " + request.model->string());
  if (request.save_model) refuse("--save-model " + request.save_model->string());
  if (request.dry_run) refuse("--dry-run");
  if (!request.methods.empty()) refuse("--methods");
  if (const Setting* levels = request.document.find("fine", "levels")) {
    throw UsageError(
        levels->place +
        ": [fine] levels: must be left out with --coarse: on a ladder the lowest level is the coarse solver");
  }
}

}  // namespace

CoarseComparison compare_coarse(const SolveRequest& request, const Console& console, spdlog::logger& logger,
                                std::stop_token stop) {
  SolveRequest complete = request;
  if (complete.correctors.empty()) complete.correctors = {"classic", "auto"};
  return Study(complete, console, logger, std::move(stop)).run();
}

std::string reason_of_refusal(const CoarseTrial& trial) {
  const std::string place = place_of_strategy(trial.strategy) + ": ";
  return trial.refusal.starts_with(place) ? trial.refusal.substr(place.size()) : trial.refusal;
}

std::string coarse_comparison_table(const CoarseComparison& comparison) {
  using Align = TextTable::Align;
  TextTable table({{"", "strategy", Align::left},
                   {"", "coarse solver", Align::left},
                   {"", "corrector", Align::left},
                   {"", "K"},
                   {"", "sweeps"},
                   {"", "max error"},
                   {"time", "set-up"},
                   {"time", "coarse"},
                   {"time", "total"},
                   {"speed-up", "measured"},
                   {"speed-up", "modelled"},
                   {"", "status", Align::left}});
  std::string refusals;
  for (const CoarseTrial& trial : comparison.trials) {
    if (!trial.refusal.empty()) refusals += "Not here: " + trial.strategy + ": " + reason_of_refusal(trial) + "\n";
    for (std::size_t i = 0; i < trial.comparison.runs.size(); ++i) {
      const CorrectorRun& run = trial.comparison.runs[i];
      const PhaseSeconds& seconds = run.record.seconds;
      table.add_row({trial.strategy, trial.solver, run.corrector.name, std::to_string(run.record.num_iterations()),
                     format_number(run.record.effective_sweeps()), format_scientific(trial.errors[i]),
                     format_duration(trial.set_up_seconds), format_duration(seconds.coarse + seconds.predict),
                     format_duration(seconds.total), run.measured_speedup ? format_factor(*run.measured_speedup) : "-",
                     run.modelled ? format_factor(run.modelled->speedup) : "-",
                     std::string(to_string(run.record.termination))});
    }
  }
  return comparison.heading + "\nserial fine solution: " + format_duration(comparison.serial_fine.seconds) + "\n\n" +
         table.str() + "\n" + refusals +
         "K iterations; sweeps: fine work in full fine passes; max error against serial fine, in the scaled state.\n"
         "set-up: making the coarse solver, and what it finds out when it first crosses a slice; not in total. "
         "coarse:\n"
         "with what correctors predict. Speed-ups count set-up and total. Measured: over serial fine on this machine;\n"
         "modelled: on as many processors as slices, from this run's own times.\n" +
         verdict_text(coarse_verdict(comparison));
}

std::string coarse_comparison_json(const CoarseComparison& comparison) {
  Json json{{"schema", "forerun.coarse/1"},
            {"heading", comparison.heading},
            {"serial_seconds", comparison.serial_fine.seconds},
            {"interrupted", comparison.interrupted},
            {"trials", Json::array()}};
  for (const CoarseTrial& trial : comparison.trials) {
    Json runs = Json::array();
    for (std::size_t i = 0; i < trial.comparison.runs.size(); ++i) {
      const CorrectorRun& run = trial.comparison.runs[i];
      runs.push_back({{"corrector", run.corrector.name},
                      {"iterations", run.record.num_iterations()},
                      {"effective_sweeps", run.record.effective_sweeps()},
                      {"max_error", trial.errors[i]},
                      {"termination", to_string(run.record.termination)},
                      {"coarse_seconds", run.record.seconds.coarse},
                      {"predict_seconds", run.record.seconds.predict},
                      {"fine_seconds", run.record.seconds.fine},
                      {"total_seconds", run.record.seconds.total},
                      {"measured_speedup", nullptr},
                      {"modelled_speedup", nullptr}});
      if (run.measured_speedup) runs.back()["measured_speedup"] = *run.measured_speedup;
      if (run.modelled) runs.back()["modelled_speedup"] = run.modelled->speedup;
    }
    Json row{{"strategy", trial.strategy}, {"solver", nullptr}, {"set_up_seconds", nullptr}, {"refusal", nullptr}};
    if (trial.refusal.empty()) {
      row["solver"] = trial.solver;
      row["set_up_seconds"] = trial.set_up_seconds;
    } else {
      row["refusal"] = trial.refusal;
    }
    row["runs"] = std::move(runs);
    json["trials"].push_back(std::move(row));
  }
  json["verdict"] = verdict_json(coarse_verdict(comparison));
  return json.dump(2) + "\n";
}

ExitStatus solve_with_strategies(const SolveRequest& request, const Console& console) {
  InterruptGuard interrupt;
  const std::stop_token stop = interrupt.token();
  const StopScope scope(stop);
  refuse_what_is_of_one_run(request);
  const bool to_file = request.json && *request.json != "-";
  if (to_file) require_writable(*request.json);
  const auto logger = make_logger(console, request.quiet);
  const CoarseComparison comparison = compare_coarse(request, console, *logger, stop);
  interrupt.finish();
  if (to_file) write_file_atomically(*request.json, coarse_comparison_json(comparison));
  console.out << (request.json == "-" ? coarse_comparison_json(comparison) : coarse_comparison_table(comparison));
  console.out.flush();
  ExitStatus status = ExitStatus::ok;
  for (const CoarseTrial& trial : comparison.trials) {
    const ExitStatus own = exit_status(trial.comparison);
    if (own == ExitStatus::solver_failed || (own != ExitStatus::ok && status == ExitStatus::ok)) status = own;
  }
  return InterruptGuard::status().value_or(status);
}

}  // namespace forerun
