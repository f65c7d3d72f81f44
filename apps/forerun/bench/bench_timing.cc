#include "apps/forerun/bench/bench_timing.h"

#include <algorithm>
#include <numeric>

#include "apps/forerun/run/comparison.h"
#include "apps/forerun/run/slice_timing.h"
#include "core/base/stop_scope.h"
#include "core/propagation/serial_fine.h"
#include "core/record/iteration_history.h"
#include "core/record/scaling_model.h"
#include "learning/training/corrector_registry.h"

namespace forerun {
namespace {

constexpr const char* kLadder = "+ladder";
/// Problems that are solved this fast feel what a first run pays: threads starting, pages touched for the first time.
constexpr double kShortRunSeconds = 0.1;

/// One processor a slice, choosing the levels on one of them first. The solvers are timed anew and alone: on a run's
/// own times, whatever else the machine did shows as slow slices.
double model_speedup(const Experiment& experiment, const RunRecord& record, double planning_seconds) {
  const Slice& slice = experiment.grid.slice(0);
  const Propagator& fine = *experiment.fine;
  const double alone = seconds_alone(fine, slice, experiment.initial);
  // The same work timed twice would differ by what else the machine does.
  const double in_lanes = fine.block_size() == 1 ? alone : seconds_in_lanes(fine, slice, experiment.initial);
  const RecordedRun run{experiment.num_slices(), experiment.dimension(), experiment.executor->num_threads(),
                        fine.block_size(), alone};
  const IterationHistory history = with_slice_seconds(iteration_history(record, run), in_lanes, alone,
                                                      seconds_alone(*experiment.coarse, slice, experiment.initial));
  const ScalingPoint point = model_scaling(history, experiment.num_slices(), {});
  return static_cast<double>(experiment.num_slices()) * alone / (planning_seconds + point.seconds);
}

class ProblemTimer {
 public:
  ProblemTimer(const BenchEntry& entry, const std::vector<Variant>& variants, const TimingOptions& options,
               const Console& console, spdlog::logger& logger, std::stop_token stop)
      : options_(options),
        console_(console),
        logger_(logger),
        stop_(std::move(stop)),
        document_(entry.document()),
        experiment_(make(document_)) {
    timing_.threads = options.threads;
    for (const Variant& variant : variants)
      timing_.variants.push_back(VariantTiming{.variant = variant, .seconds = {}, .planning_seconds = {}});
  }

  ProblemTiming run() {
    try {
      rounds();
    } catch (const StopRequested&) {  // while levels were being chosen
    }
    timing_.interrupted = stop_.stop_requested();
    return std::move(timing_);
  }

 private:
  void rounds() {
    round();
    if (timing_.serial_seconds.front() < kShortRunSeconds) discard_seconds();
    while (static_cast<Index>(timing_.serial_seconds.size()) < options_.repeats && !stop_.stop_requested()) {
      const std::size_t before = timing_.serial_seconds.size();
      round();
      if (timing_.serial_seconds.size() == before) break;
    }
  }

  Experiment make(ConfigDocument& document) const {
    document.set_from_text("run", "threads", std::to_string(options_.threads), "--threads");
    return make_experiment(document);
  }

  bool enough(const std::vector<double>& seconds) const {
    return std::accumulate(seconds.begin(), seconds.end(), 0.0) >= options_.enough_seconds && !seconds.empty();
  }

  void round() {
    bool anything_left = timing_.serial_seconds.empty();
    for (const VariantTiming& variant : timing_.variants) {
      anything_left = anything_left || (!variant.left_out && !enough(variant.seconds));
    }
    if (!anything_left) return;
    const SerialSolution serial = solve_serial(experiment_.grid, experiment_.initial, *experiment_.fine, stop_);
    timing_.serial_seconds.push_back(serial.seconds);
    for (VariantTiming& variant : timing_.variants) {
      if (!variant.left_out && !enough(variant.seconds) && !stop_.stop_requested())
        run_variant(variant, serial.boundaries);
    }
  }

  void run_variant(VariantTiming& timing, const States& reference) {
    ConfigDocument document = timing.variant.ladder ? with_ladder(document_) : document_;
    const Experiment experiment = make(document);
    timing.left_out = timing.variant.ladder && !experiment.config.fine_levels.is_ladder();
    if (timing.left_out) return;
    const std::optional<TimedRun> run = timed_run(experiment, timing.variant.corrector, console_, logger_, stop_);
    if (!run) return;
    const RunRecord& record = run->record;
    timing.planning_seconds.push_back(run->planning_seconds);
    timing.planning_sweeps = run->planning_sweeps;
    timing.seconds.push_back(run->seconds());
    timing.sweeps = record.effective_sweeps() + timing.planning_sweeps;
    timing.iterations = record.num_iterations();
    timing.max_error = largest_error(experiment, record.boundaries, reference);
    timing.converged = record.converged();
    if (options_.model && record.converged()) {
      timing.modelled_speedup = model_speedup(experiment, record, run->planning_seconds);
    }
  }

  void discard_seconds() {
    timing_.serial_seconds.clear();
    for (VariantTiming& variant : timing_.variants) {
      variant.seconds.clear();
      variant.planning_seconds.clear();
    }
  }

  TimingOptions options_;
  const Console& console_;
  spdlog::logger& logger_;
  std::stop_token stop_;
  ConfigDocument document_;
  /// For the serial solution; its executor keeps threads alive between runs.
  Experiment experiment_;
  ProblemTiming timing_;
};

}  // namespace

Variant parse_variant(const std::string& text) {
  const bool ladder = text.ends_with(kLadder);
  Variant variant{ladder ? text.substr(0, text.size() - std::string(kLadder).size()) : text, ladder};
  find_corrector(variant.corrector);
  return variant;
}

ProblemTiming time_problem(const BenchEntry& entry, const std::vector<Variant>& variants, const TimingOptions& options,
                           const Console& console, spdlog::logger& logger, std::stop_token stop) {
  return ProblemTimer(entry, variants, options, console, logger, std::move(stop)).run();
}

}  // namespace forerun
