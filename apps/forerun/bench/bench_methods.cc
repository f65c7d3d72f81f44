#include "apps/forerun/bench/bench_methods.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "apps/forerun/bench/bench_machine.h"
#include "apps/forerun/bench/emulation.h"
#include "apps/forerun/cli/progress.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/method.h"
#include "apps/forerun/config/overrides.h"
#include "apps/forerun/run/comparison.h"
#include "apps/forerun/run/method_run.h"
#include "core/base/stop_scope.h"
#include "core/propagation/serial_fine.h"

namespace forerun {
namespace {

/// Rows of each problem: correctors of Parareal, and the other methods.
constexpr const char* kRuns[] = {"classic", "auto", kMgrit, kPfasst, kParaexp};

/// Speed-up over serial stepping with a processor a slice.
struct Elsewhere {
  double speedup = 0.0;
  bool modelled = false;
};

struct MethodTiming {
  CorrectorRun run;  ///< the fastest
  double serial_seconds = 0.0;
  double max_error = 0.0;
  std::optional<Elsewhere> elsewhere;
};

/// What of a refusal says the rule.
std::string rule_of(const std::string& sentence) {
  const std::size_t rule = sentence.rfind(": must be ");
  return rule == std::string::npos ? sentence : sentence.substr(rule + 2);
}

class ProblemOfMethods {
 public:
  ProblemOfMethods(const BenchEntry& entry, const MethodsOptions& options, const Console& console,
                   const std::stop_token& stop)
      : entry_(entry), options_(options), console_(console), stop_(stop) {}

  Index num_slices() const { return num_slices_; }

  /// Throws `UsageError` where it does not suit the problem.
  MethodTiming measure(const std::string& name) {
    Experiment experiment = make(name);
    num_slices_ = experiment.num_slices();
    const SerialSolution& serial = serial_fine(experiment);
    MethodTiming timing;
    timing.serial_seconds = serial.seconds;
    timing.run = fastest(experiment, name);
    timing.max_error = largest_error(experiment, timing.run.record.boundaries, serial.boundaries);
    if (timing.run.record.converged()) timing.elsewhere = elsewhere(std::move(experiment), timing.run);
    return timing;
  }

 private:
  Experiment make(const std::string& name) const {
    const bool by_method = is_by_method(name);
    ConfigDocument document = entry_.document();
    const std::string& own = entry_.values.text(by_method ? name : kParareal);
    for (const std::string& setting : split(own, ' ')) document.set_from_command_line(setting);
    if (by_method) document.set_from_text("method", "name", name, "bench methods");
    leave_options_behind(document);
    document.set_from_text("run", "threads", std::to_string(options_.threads), "bench methods");
    return make_experiment(document);
  }

  /// By this experiment's fine solver; the fastest of some.
  const SerialSolution& serial_fine(const Experiment& experiment) {
    SerialSolution& known = serial_[to_text(experiment.config.fine)];
    for (Index i = known.boundaries.size() > 0 ? options_.repeats : 0; i < options_.repeats; ++i) {
      SerialSolution solution = solve_serial(experiment.grid, experiment.initial, *experiment.fine, stop_);
      StopScope::throw_if_stop_requested();
      if (i == 0 || solution.seconds < known.seconds) known = std::move(solution);
    }
    return known;
  }

  CorrectorRun fastest(const Experiment& experiment, const std::string& name) const {
    std::optional<CorrectorRun> best;
    for (Index i = 0; i < options_.repeats; ++i) {
      CorrectorRun run = run_once(experiment, name);
      if (!best || run.record.seconds.total < best->record.seconds.total) best = std::move(run);
    }
    return *std::move(best);
  }

  CorrectorRun run_once(const Experiment& experiment, const std::string& name) const {
    ComparisonPlan plan;
    plan.correctors = {is_by_method(name) ? experiment.config.method : choose_corrector(experiment.config, name)};
    plan.quiet = true;
    Comparison comparison = carry_out(plan, experiment, console_, *make_logger(console_, true), stop_);
    if (comparison.runs.empty() || comparison.interrupted) throw StopRequested();
    return std::move(comparison.runs.front());
  }

  std::optional<Elsewhere> elsewhere(Experiment experiment, const CorrectorRun& run) const {
    const std::string& name = run.corrector.name;
    if (name == kPfasst) return Elsewhere{run.modelled->speedup, true};
    const double slice_seconds = entry_.values.number("slice_seconds");
    const std::shared_ptr<const Propagator> fine = std::move(experiment.fine);
    const auto solves = std::make_shared<RecordedSolves>();
    experiment.fine = std::make_unique<RecordingPropagator>(fine, solves);
    run_once(experiment, name);
    experiment.fine = std::make_unique<EmulatedPropagator>(fine, solves, slice_seconds);
    const std::unique_ptr<SliceExecutor> real =
        std::exchange(experiment.executor, make_emulated_executor(static_cast<int>(num_slices_), *experiment.executor));
    const CorrectorRun emulated = fastest(experiment, name);
    if (emulated.record.boundaries != run.record.boundaries) return std::nullopt;
    return Elsewhere{static_cast<double>(num_slices_) * slice_seconds / emulated.record.seconds.total, false};
  }

  const BenchEntry& entry_;
  const MethodsOptions& options_;
  const Console& console_;
  const std::stop_token& stop_;
  std::map<std::string, SerialSolution> serial_;  ///< of each fine solver
  Index num_slices_ = 0;
};

std::string title_of(const std::string& name) { return is_by_method(name) ? name : "parareal, " + name; }

void add(const BenchEntry& entry, const std::string& name, const MethodTiming& timing, Index num_slices,
         BenchReport& report) {
  const RunRecord& record = timing.run.record;
  const double seconds = record.seconds.total;
  const bool converged = record.converged();
  const double speedup = converged ? timing.serial_seconds / seconds : std::nan("");
  const double there = timing.elsewhere ? timing.elsewhere->speedup : std::nan("");
  const bool modelled = timing.elsewhere && timing.elsewhere->modelled;
  report.summary.push_back({entry.title(), title_of(name), std::to_string(record.num_iterations()),
                            format_number(record.effective_sweeps()), format_scientific(timing.max_error),
                            format_number(1e3 * timing.serial_seconds), format_number(1e3 * seconds),
                            format_number(speedup), (modelled ? "~" : "") + format_number(there),
                            converged ? "" : std::string(to_string(record.termination))});
  report.measurements.push_back({entry.name, title_of(name), static_cast<double>(num_slices),
                                 static_cast<double>(record.num_iterations()), record.effective_sweeps(),
                                 timing.max_error, timing.serial_seconds, seconds, speedup, there,
                                 modelled ? "modelled" : "emulated", converged ? "yes" : "no", ""});
  if (converged && !timing.elsewhere) {
    report.missed.push_back(entry.title() + ": " + title_of(name) + " emulated is not the run that was measured");
  }
}

void add_unsuited(const BenchEntry& entry, const std::string& name, const std::string& rule, BenchReport& report) {
  report.summary.push_back({entry.title(), title_of(name), "-", "-", "-", "-", "-", "-", "-", "unsuited"});
  report.legend.push_back(entry.title() + ": " + name + " does not suit, " + rule);
  const double none = std::nan("");
  report.measurements.push_back(
      {entry.name, title_of(name), none, none, none, none, none, none, none, none, "", "", rule});
}

BenchReport empty_report(const MethodsOptions& options) {
  BenchReport report;
  report.name = "methods";
  report.heading = "methods on " + machine_text() + ", " + std::to_string(options.threads) + " threads, " +
                   std::to_string(options.repeats) + " runs of each, the fastest";
  report.summary_columns = {"problem", "method", "K", "work", "error", "serial ms", "ms", "speed-up", "on N", ""};
  report.columns = {"problem",   "method",         "slices",  "iterations", "fine_passes",
                    "max_error", "serial_seconds", "seconds", "speedup",    "speedup_elsewhere",
                    "elsewhere", "converged",      "unsuited"};
  report.legend = {
      "K iterations; work: full passes of the run's own fine solver; error: against serial stepping by it, in the "
      "scaled",
      "state; speed-up: over that, measured here. On N: with a processor a slice, fine solves emulated by waiting, all",
      "else real, of which MGRIT uses one an interval and ParaExp one a part; ~: modelled from the run's own times."};
  report.has_goals = false;
  report.warnings = load_warnings();
  return report;
}

}  // namespace

std::vector<ParameterSpec> methods_keys() {
  ParameterSpec seconds{"slice_seconds", 0.01, "what an emulated fine solve takes", 0.0};
  seconds.minimum_allowed = false;
  std::vector<ParameterSpec> keys{seconds};
  for (const MethodEntry& method : method_registry()) {
    keys.push_back({method.name, std::string(), "section.key=value for this method, blanks between them"});
  }
  return keys;
}

BenchReport bench_methods(const std::vector<BenchEntry>& entries, const MethodsOptions& options, const Console& console,
                          spdlog::logger& logger, std::stop_token stop) {
  BenchReport report = empty_report(options);
  for (const BenchEntry& entry : entries) {
    ProblemOfMethods problem(entry, options, console, stop);
    try {
      for (const char* name : kRuns) {
        logger.info("{}: {}", entry.title(), title_of(name));
        try {
          const MethodTiming timing = problem.measure(name);
          add(entry, name, timing, problem.num_slices(), report);
        } catch (const UsageError& error) {
          add_unsuited(entry, name, rule_of(error.what()), report);
        }
      }
    } catch (const StopRequested&) {
    }
    report.interrupted = stop.stop_requested();
    if (report.interrupted) break;
  }
  return report;
}

}  // namespace forerun
