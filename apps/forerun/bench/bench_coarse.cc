#include "apps/forerun/bench/bench_coarse.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "apps/forerun/bench/bench_machine.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/config/coarse_strategy.h"
#include "apps/forerun/run/coarse_comparison.h"
#include "core/base/errors.h"

namespace forerun {
namespace {

SolveRequest request_of(const BenchEntry& entry, const CoarseOptions& options) {
  SolveRequest request;
  request.command = "compare";
  request.document = ConfigDocument::read(entry.config);
  remove_coarse(request.document);
  for (const std::string& setting : split(entry.values.text("settings"), ' '))
    request.document.set_from_command_line(setting);
  request.document.set_from_text("run", "threads", std::to_string(options.threads), "bench coarse");
  request.strategies = coarse_strategies();
  request.correctors = split(entry.values.text("correctors"), ',');
  request.quiet = true;
  return request;
}

/// Of all runs of the same, what took least.
void take_faster(CoarseComparison again, CoarseComparison& best) {
  if (again.serial_fine.seconds < best.serial_fine.seconds) best.serial_fine = std::move(again.serial_fine);
  for (std::size_t i = 0; i < std::min(again.trials.size(), best.trials.size()); ++i) {
    CoarseTrial& now = again.trials[i];
    CoarseTrial& then = best.trials[i];
    then.set_up_seconds = std::min(then.set_up_seconds, now.set_up_seconds);
    auto& runs = then.comparison.runs;
    for (std::size_t j = 0; j < std::min(runs.size(), now.comparison.runs.size()); ++j) {
      if (now.comparison.runs[j].record.seconds.total < runs[j].record.seconds.total)
        runs[j] = std::move(now.comparison.runs[j]);
    }
  }
}

void add_run(const BenchEntry& entry, const CoarseTrial& trial, std::size_t place, double serial_seconds,
             BenchReport& report) {
  const CorrectorRun& run = trial.comparison.runs[place];
  const RunRecord& record = run.record;
  const PhaseSeconds& seconds = record.seconds;
  const double missing = std::nan("");
  const double measured = record.converged() ? serial_seconds / (trial.set_up_seconds + seconds.total) : missing;
  const double modelled = run.modelled ? run.modelled->speedup : missing;
  const double coarse = seconds.coarse + seconds.predict;
  report.summary.push_back({entry.title(), trial.strategy, trial.solver, run.corrector.name,
                            std::to_string(record.num_iterations()), format_number(record.effective_sweeps()),
                            format_scientific(trial.errors[place]),
                            format_number(trial.set_up_seconds / serial_seconds),
                            format_number(coarse / serial_seconds), format_number(measured), format_number(modelled),
                            record.converged() ? "" : std::string(to_string(record.termination))});
  report.measurements.push_back({entry.name, trial.strategy, trial.solver, run.corrector.name,
                                 static_cast<double>(record.num_iterations()), record.effective_sweeps(),
                                 trial.errors[place], serial_seconds, trial.set_up_seconds, coarse, seconds.total,
                                 measured, modelled, record.converged() ? "yes" : "no", ""});
}

void add(const BenchEntry& entry, const CoarseComparison& comparison, BenchReport& report) {
  const double missing = std::nan("");
  for (const CoarseTrial& trial : comparison.trials) {
    if (!trial.refusal.empty()) {
      report.summary.push_back({entry.title(), trial.strategy, "", "", "-", "-", "-", "-", "-", "-", "-", "unsuited"});
      report.legend.push_back(entry.title() + ": " + reason_of_refusal(trial));
      report.measurements.push_back({entry.name, trial.strategy, "", "", missing, missing, missing, missing, missing,
                                     missing, missing, missing, missing, "", reason_of_refusal(trial)});
    }
    for (std::size_t i = 0; i < trial.comparison.runs.size(); ++i)
      add_run(entry, trial, i, comparison.serial_fine.seconds, report);
  }
}

BenchReport empty_report(const CoarseOptions& options) {
  BenchReport report;
  report.name = "coarse";
  report.heading = "coarse solvers on " + machine_text() + ", " + std::to_string(options.threads) + " threads, " +
                   std::to_string(options.repeats) + " runs of each, the fastest";
  report.summary_columns = {"problem", "strategy", "coarse solver", "corrector", "K",        "sweeps",
                            "error",   "set-up",   "coarse",        "measured",  "modelled", ""};
  report.columns = {"problem",       "strategy",         "solver",           "corrector",      "iterations",
                    "fine_passes",   "max_error",        "serial_seconds",   "set_up_seconds", "coarse_seconds",
                    "total_seconds", "measured_speedup", "modelled_speedup", "converged",      "unsuited"};
  report.legend = {
      "K iterations; sweeps: fine work in full fine passes; error: against serial fine, in the scaled state; set-up "
      "and",
      "coarse: in serial fine passes. Speed-ups over serial fine, set-up counted: measured here, and modelled on a",
      "processor a slice from the run's own times."};
  report.has_goals = false;
  report.warnings = load_warnings();
  return report;
}

}  // namespace

std::vector<ParameterSpec> coarse_suite_keys() {
  return {{"correctors", std::string("classic"), "correctors behind each coarse solver, commas between them"}};
}

BenchReport bench_coarse(const std::vector<BenchEntry>& entries, const CoarseOptions& options, const Console& console,
                         spdlog::logger& logger, std::stop_token stop) {
  BenchReport report = empty_report(options);
  for (const BenchEntry& entry : entries) {
    logger.info("{}", entry.title());
    const SolveRequest request = request_of(entry, options);
    CoarseComparison best = compare_coarse(request, console, logger, stop);
    for (Index i = 1; i < options.repeats && !best.interrupted && !stop.stop_requested(); ++i)
      take_faster(compare_coarse(request, console, logger, stop), best);
    add(entry, best, report);
    report.interrupted = best.interrupted || stop.stop_requested();
    if (report.interrupted) break;
  }
  return report;
}

}  // namespace forerun
