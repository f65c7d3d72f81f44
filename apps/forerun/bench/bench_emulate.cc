#include "apps/forerun/bench/bench_emulate.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "apps/forerun/bench/bench_machine.h"
#include "apps/forerun/bench/bench_timing.h"
#include "apps/forerun/bench/emulation.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/run/comparison.h"
#include "core/base/stop_scope.h"
#include "core/propagation/serial_fine.h"
#include "learning/training/corrector_registry.h"

namespace forerun {
namespace {

constexpr const char* kStore = "+store";

/// "auto+store": from a model of another run; "classic+ladder".
struct EmulatedVariant {
  Variant variant;
  bool from_store = false;

  std::string name() const { return variant.name() + (from_store ? kStore : ""); }
  const char* goal() const { return variant.ladder ? "ladder_goal" : from_store ? "store_goal" : "cold_goal"; }
};

EmulatedVariant parse_emulated_variant(const std::string& text) {
  const bool from_store = text.ends_with(kStore);
  const std::string rest = from_store ? text.substr(0, text.size() - std::string(kStore).size()) : text;
  return {parse_variant(rest), from_store};
}

/// Throws `UsageError` for a variant that cannot be.
std::vector<EmulatedVariant> emulated_variants_of(const BenchEntry& entry) {
  std::vector<EmulatedVariant> variants;
  for (const std::string& text : split(entry.values.text("variants"), ',')) {
    const EmulatedVariant variant = parse_emulated_variant(text);
    const auto refuse = [&](const std::string& rule) {
      throw UsageError("[" + entry.name + "] variants: '" + text + "' " + rule);
    };
    if (variant.from_store && entry.values.text("store").empty()) refuse("must have 'store', the run it starts from");
    if (variant.from_store && !find_corrector(variant.variant.corrector).make)
      refuse("must be a corrector that learns");
    variants.push_back(variant);
  }
  return variants;
}

/// What was measured of one variant.
struct EmulatedTiming {
  EmulatedVariant variant;
  RunRecord record;  ///< of the fastest emulated run
  double planning_seconds = 0.0;
  double max_error = 0.0;
  bool is_the_recorded_run = true;

  double seconds() const { return planning_seconds + record.seconds.total; }
};

using SolverList = std::vector<std::shared_ptr<const Propagator>>;

/// The fine solver's levels, cheapest first, taken out of an experiment.
SolverList take_levels(Experiment& experiment) {
  SolverList levels;
  for (auto& level : experiment.cheaper_levels) levels.push_back(std::move(level));
  levels.push_back(std::move(experiment.fine));
  return levels;
}

/// Puts `make(level)` in the place of each.
template <typename Make>
void replace_levels(Experiment& experiment, std::size_t count, const Make& make) {
  for (std::size_t i = 0; i + 1 < count; ++i) experiment.cheaper_levels[i] = make(i);
  experiment.fine = make(count - 1);
}

class Emulation {
 public:
  Emulation(const BenchEntry& entry, const EmulateOptions& options, const Console& console, spdlog::logger& logger,
            const std::stop_token& stop)
      : entry_(entry), options_(options), console_(console), logger_(logger), stop_(stop) {}

  double serial_seconds() const { return serial_seconds_; }
  Index num_slices() const { return num_slices_; }

  /// The serial fine solution, which errors are measured against.
  void solve_serially() {
    const Experiment experiment = make_experiment(entry_.document());
    num_slices_ = experiment.num_slices();
    SerialSolution serial = solve_serial(experiment.grid, experiment.initial, *experiment.fine, stop_);
    serial_seconds_ = slice_seconds() > 0.0 ? slice_seconds() * static_cast<double>(num_slices_) : serial.seconds;
    reference_ = std::move(serial.boundaries);
  }

  /// What another run of the equation has learned, by `store` the settings it differs in.
  void learn_for_store(const std::string& corrector) {
    ConfigDocument document = entry_.document();
    for (const std::string& setting : split(entry_.values.text("store"), ' ')) document.set_from_command_line(setting);
    const Experiment experiment = make_experiment(document);
    ComparisonPlan plan{.correctors = {choose_corrector(experiment.config, corrector)},
                        .reference = false,
                        .warm_start = {},
                        .keep_models = true,
                        .quiet = true};
    Comparison comparison = carry_out(plan, experiment, console_, logger_, stop_);
    if (comparison.runs.empty() || !comparison.runs.front().model) return;
    model_ = std::make_shared<const LearnedModel>(std::move(*comparison.runs.front().model));
  }

  /// nullopt where it was interrupted, or there is nothing to emulate.
  std::optional<EmulatedTiming> measure(const EmulatedVariant& variant) {
    if (variant.from_store) learn_for_store(variant.variant.corrector);
    ConfigDocument document = entry_.document();
    if (variant.variant.ladder) document = with_ladder(document);
    Experiment experiment = make_experiment(document);
    if (variant.variant.ladder && !experiment.config.fine_levels.is_ladder()) return std::nullopt;
    const SolverList levels = take_levels(experiment);
    std::vector<std::shared_ptr<RecordedSolves>> solves;
    for (std::size_t i = 0; i < levels.size(); ++i) solves.push_back(std::make_shared<RecordedSolves>());
    replace_levels(experiment, levels.size(),
                   [&](std::size_t i) { return std::make_unique<RecordingPropagator>(levels[i], solves[i]); });
    logger_.info("{}: {} as it is", entry_.title(), variant.name());
    const auto model = variant.from_store ? model_ : nullptr;
    const auto recorded = timed_run(experiment, variant.variant.corrector, console_, logger_, stop_, model);
    if (!recorded) return std::nullopt;

    const double top_work = levels.back()->work_per_slice();
    replace_levels(experiment, levels.size(), [&](std::size_t i) {
      return std::make_unique<EmulatedPropagator>(levels[i], solves[i],
                                                  slice_seconds() * levels[i]->work_per_slice() / top_work);
    });
    const std::unique_ptr<SliceExecutor> real = std::exchange(
        experiment.executor, make_emulated_executor(static_cast<int>(experiment.num_slices()), *experiment.executor));
    return emulate(variant, experiment, *recorded, model);
  }

 private:
  double slice_seconds() const { return entry_.values.number("slice_seconds"); }

  std::optional<EmulatedTiming> emulate(const EmulatedVariant& variant, const Experiment& experiment,
                                        const TimedRun& recorded, const std::shared_ptr<const LearnedModel>& model) {
    logger_.info("{}: {} emulated", entry_.title(), variant.name());
    std::optional<EmulatedTiming> fastest;
    bool is_the_recorded_run = true;
    for (Index repeat = 0; repeat < options_.repeats; ++repeat) {
      auto run = timed_run(experiment, variant.variant.corrector, console_, logger_, stop_, model);
      if (!run) return std::nullopt;
      is_the_recorded_run = is_the_recorded_run && run->record.boundaries == recorded.record.boundaries;
      if (fastest && fastest->record.seconds.total <= run->record.seconds.total) continue;
      fastest = EmulatedTiming{variant, std::move(run->record), run->planning_seconds};
    }
    fastest->max_error = largest_error(experiment, fastest->record.boundaries, reference_);
    fastest->is_the_recorded_run = is_the_recorded_run;
    return fastest;
  }

  const BenchEntry& entry_;
  const EmulateOptions& options_;
  const Console& console_;
  spdlog::logger& logger_;
  const std::stop_token& stop_;
  States reference_;
  double serial_seconds_ = 0.0;
  Index num_slices_ = 0;
  std::shared_ptr<const LearnedModel> model_;
};

std::string milliseconds(double seconds) { return format_number(1e3 * seconds); }

void add(const BenchEntry& entry, const EmulatedTiming& timing, double serial_seconds, Index num_slices,
         BenchReport& report) {
  const RunRecord& record = timing.record;
  const double speedup = record.converged() ? serial_seconds / timing.seconds() : std::nan("");
  const std::string name = timing.variant.name();
  std::string goal_text;
  const char* const goal_key = timing.variant.goal();
  if (timing.variant.variant.corrector == "auto" && entry.values.is_set(goal_key)) {
    const double goal = entry.values.number(goal_key);
    goal_text = " (≥ " + format_number(goal) + ")";
    if (!(speedup >= goal)) {
      report.missed.push_back(entry.title() + ": " + name + " is " + format_number(speedup) +
                              " times as fast as serial fine, the goal is ≥ " + format_number(goal));
    }
  }
  if (!timing.is_the_recorded_run) {
    report.missed.push_back(entry.title() + ": " + name + " emulated is not the run that was recorded");
  }
  if (!record.converged()) report.missed.push_back(entry.title() + ": " + name + " did not converge");
  report.all_converged = report.all_converged && record.converged();
  report.summary.push_back({entry.title(), name, std::to_string(record.num_iterations()),
                            format_number(record.effective_sweeps()), milliseconds(record.seconds.fit),
                            milliseconds(record.seconds.predict), milliseconds(record.seconds.coarse),
                            milliseconds(timing.planning_seconds), milliseconds(timing.seconds()),
                            format_number(speedup) + goal_text, format_scientific(timing.max_error)});
  report.measurements.push_back(
      {entry.name, name, static_cast<double>(num_slices), static_cast<double>(record.num_iterations()),
       record.effective_sweeps(), serial_seconds, timing.planning_seconds, record.seconds.fit, record.seconds.predict,
       record.seconds.coarse, timing.seconds(), speedup, timing.max_error, record.converged() ? "yes" : "no"});
}

}  // namespace

std::vector<ParameterSpec> emulate_keys() {
  std::vector<ParameterSpec> keys = {
      {"variants", std::string("classic,randnet-local,auto,stencil,classic+ladder,auto+ladder"),
       "correctors, from a store or with a ladder"},
      {"store", std::string(""), "settings of the run that a store's model comes from"},
      {"slice_seconds", 0.0, "how long a fine solve takes; 0: as long as it was recorded to", 0.0}};
  for (const char* name : {"cold_goal", "store_goal", "ladder_goal"}) {
    keys.push_back(goal_key(name, "speed-up that auto is to reach"));
  }
  return keys;
}

BenchReport bench_emulate(const std::vector<BenchEntry>& entries, const EmulateOptions& options, const Console& console,
                          spdlog::logger& logger, std::stop_token stop) {
  BenchReport report;
  report.name = "emulate";
  report.heading = "Wall clock with a processor a slice: emulated fine solves, all else real, on " + machine_text() +
                   "; the fastest of " + std::to_string(options.repeats) + (options.repeats == 1 ? " run" : " runs");
  report.summary_columns = {"problem",   "variant",  "K",  "sweeps",   "fit ms", "predict ms",
                            "coarse ms", "planning", "ms", "speed-up", "error"};
  report.columns = {"problem",        "variant",          "workers",     "iterations",      "sweeps",
                    "serial_seconds", "planning_seconds", "fit_seconds", "predict_seconds", "coarse_seconds",
                    "seconds",        "emulated_speedup", "max_error",   "converged"};
  report.legend = {
      "Emulated fine solves: each is delivered, as recorded before, after its time, by a worker that waits.",
      "Speed-up: over serial fine of the same times. Sweeps, learning and planning are this machine's."};
  report.warnings = load_warnings();
  for (const BenchEntry& entry : entries) emulated_variants_of(entry);  // before anything runs
  for (const BenchEntry& entry : entries) {
    Emulation emulation(entry, options, console, logger, stop);
    try {
      emulation.solve_serially();
      for (const EmulatedVariant& variant : emulated_variants_of(entry)) {
        if (stop.stop_requested()) break;
        const std::optional<EmulatedTiming> timing = emulation.measure(variant);
        if (timing) add(entry, *timing, emulation.serial_seconds(), emulation.num_slices(), report);
      }
    } catch (const StopRequested&) {  // while levels were being chosen
    }
    report.interrupted = stop.stop_requested();
    if (report.interrupted) break;
  }
  return report;
}

}  // namespace forerun
