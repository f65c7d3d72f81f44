#include "apps/forerun/bench/bench_precision.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "apps/forerun/bench/bench_machine.h"
#include "apps/forerun/bench/bench_timing.h"
#include "apps/forerun/bench/work_precision.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/number_list.h"
#include "apps/forerun/run/fine_levels.h"
#include "core/base/stop_scope.h"
#include "solvers/integrators/sundials/sundials_entries.h"

namespace forerun {
namespace {

/// A parallel run adds its own error to that of its fine solver; so much of what is allowed is left to it.
constexpr double kParallelShare = 0.3;
/// Where serial stepping takes less, there is nothing for threads to win.
constexpr double kWorthwhileSeconds = 0.05;

std::vector<double> errors_of(const BenchEntry& entry) {
  const std::string& text = entry.values.text("errors");
  const std::optional<std::vector<double>> errors = parse_numbers("[" + text + "]");
  const auto is_error = [](double error) { return error > 0.0 && error < 1.0; };
  if (!errors || !std::all_of(errors->begin(), errors->end(), is_error)) {
    throw UsageError("[" + entry.name + "] errors = '" + text + "': must be numbers > 0 and < 1 like 1e-3,1e-6");
  }
  return *errors;
}

bool is_of_sundials(const std::string& method) {
  const std::vector<IntegratorEntry> entries = sundials_entries();
  return std::any_of(entries.begin(), entries.end(), [&](const IntegratorEntry& e) { return e.name == method; });
}

std::vector<std::string> methods_of(const BenchEntry& entry) {
  if (entry.values.is_set("methods")) return split(entry.values.text("methods"), ',');
  // Those that follow a tolerance first: they say soonest what the others have to beat.
  std::vector<std::string> names;
  for (const bool adaptive : {true, false}) {
    for (const IntegratorEntry& integrator : integrator_registry()) {
      if (integrator.adaptive == adaptive) names.push_back(integrator.name);
    }
  }
  return names;
}

struct ParallelPoint {
  std::string corrector;
  int threads = 1;
  SolverSpec fine;
  double seconds = std::numeric_limits<double>::quiet_NaN();
  double error = std::numeric_limits<double>::quiet_NaN();
  bool converged = false;
};

class PrecisionStudy {
 public:
  PrecisionStudy(const BenchEntry& entry, const PrecisionOptions& options, const Console& console,
                 spdlog::logger& logger, std::stop_token stop)
      : entry_(entry),
        options_(options),
        console_(console),
        logger_(logger),
        stop_(std::move(stop)),
        document_(entry.document()),
        errors_(errors_of(entry)),
        experiment_(make_experiment(document_)) {}

  void run(BenchReport& report) {
    try {
      measure_serial(report);
      for (const double error : errors_) add_row(error, report);
    } catch (const StopRequested&) {
      report.interrupted = true;
    }
    report.interrupted = report.interrupted || stop_.stop_requested();
  }

 private:
  Slice interval() const {
    const TimeGrid& grid = experiment_.grid;
    return {0, grid.boundary(0), grid.boundary(grid.num_slices())};
  }

  /// By one tight solver, if another agrees.
  State reference(BenchReport& report) const {
    const auto by = [&](const char* key) {
      return solve_whole(*experiment_.problem, parse_solver(entry_.values.text(key)), interval(), experiment_.initial);
    };
    const State solution = by("reference");
    const double difference = experiment_.options.norm.distance(solution, by("check"));
    const double wanted = 0.1 * *std::min_element(errors_.begin(), errors_.end());
    if (!(difference <= wanted)) {
      report.warnings.push_back(entry_.title() + ": the references differ by " + format_scientific(difference) +
                                ": errors below ten times that mean nothing");
    }
    return solution;
  }

  void measure_serial(BenchReport& report) {
    PrecisionTask task{.problem = *experiment_.problem,
                       .interval = interval(),
                       .initial = experiment_.initial,
                       .reference = reference(report),
                       .norm = experiment_.options.norm,
                       .smallest_error = *std::min_element(errors_.begin(), errors_.end()),
                       .max_seconds = entry_.values.number("max_seconds")};
    reference_ = task.reference;
    for (const std::string& method : methods_of(entry_)) {
      if (stop_.stop_requested()) return;
      logger_.info("{}: {}", entry_.title(), method);
      std::vector<PrecisionPoint>& points = is_of_sundials(method) ? sundials_ : own_;
      constexpr double hopeless = 4.0;
      const auto is_beaten = [&](const PrecisionPoint& point) {
        const PrecisionPoint* best = fastest_within(points, std::min(point.error, errors_.front()));
        return best != nullptr && point.seconds > hopeless * best->seconds && point.seconds > 1e-3;
      };
      std::vector<PrecisionPoint> series;
      try {
        series = precision_series(task, method, is_beaten, stop_);
      } catch (const ParameterError&) {
        continue;  // the equation does not offer it
      }
      points.insert(points.end(), series.begin(), series.end());
      for (const PrecisionPoint& point : series) {
        report.measurements.push_back({entry_.name, "serial", to_text(point.solver), 1.0, std::nan(""), point.error,
                                       point.seconds, std::nan(""), "yes"});
      }
    }
  }

  /// The document of a run whose fine solver is `fine`, levels chosen by measuring and the cheapest of them coarse.
  ConfigDocument parallel_document(const SolverSpec& fine, double error, int threads) const {
    constexpr const char* place = "bench precision";
    ConfigDocument others = document_;
    for (const Setting& setting : document_.settings()) {
      if (setting.section == "fine") others.remove("fine", setting.key);
    }
    ConfigDocument changed = with_ladder(others);
    changed.set({"fine", "method", fine.method, place});
    changed.set({"fine", fine.entry().refining_key().name, fine.refinement(), place});
    changed.set({"parareal", "tolerance", kParallelShare * error, place});
    changed.set({"run", "threads", std::int64_t{threads}, place});
    return changed;
  }

  /// As many steps a slice as the whole had, shared out.
  SolverSpec on_slices(const SolverSpec& whole) const {
    if (whole.is_adaptive()) return whole;
    const Index slices = experiment_.num_slices();
    return with_fineness(whole, std::max<Index>(1, (whole.steps() + slices - 1) / slices));
  }

  ParallelPoint run_parallel(const SolverSpec& whole, double error, const std::string& corrector, int threads) const {
    ParallelPoint point{.corrector = corrector, .threads = threads, .fine = on_slices(whole)};
    std::vector<double> seconds;
    for (Index i = 0; i < options_.repeats && !stop_.stop_requested(); ++i) {
      const Experiment experiment = make_experiment(parallel_document(point.fine, error, threads));
      const std::optional<TimedRun> run = timed_run(experiment, corrector, console_, logger_, stop_);
      if (!run) throw StopRequested{};
      seconds.push_back(run->seconds());
      point.converged = run->record.converged();
      point.error = experiment_.options.norm.distance(run->record.boundaries.rightCols(1), reference_);
    }
    if (!seconds.empty()) point.seconds = median(seconds);
    return point;
  }

  void add_row(double error, BenchReport& report) {
    const PrecisionPoint* own = fastest_within(own_, error);
    const PrecisionPoint* theirs = fastest_within(sundials_, error);
    std::vector<std::string> row = {entry_.title(), format_scientific(error), "-", "-", "-", "-", "-", "-", "-"};
    if (theirs != nullptr) {
      row[4] = to_text(theirs->solver);
      row[5] = format_duration(theirs->seconds);
    }
    if (own == nullptr) {
      report.missed.push_back(entry_.title() + ", error " + format_scientific(error) + ": no serial solver reaches it");
      report.summary.push_back(std::move(row));
      return;
    }
    row[2] = to_text(own->solver);
    row[3] = format_duration(own->seconds);
    if (theirs != nullptr && own->seconds > entry_.values.number("serial_goal") * theirs->seconds) {
      report.missed.push_back(entry_.title() + ", error " + format_scientific(error) + ": " + row[2] + " takes " +
                              format_number(own->seconds / theirs->seconds) + " times as long as " + row[4]);
    }
    judge_parallel(error, *own, row, report);
    report.summary.push_back(std::move(row));
  }

  void judge_parallel(double error, const PrecisionPoint& own, std::vector<std::string>& row, BenchReport& report) {
    // Its fine solver must leave room for the iteration's own error.
    const PrecisionPoint* fine = fastest_within(own_, (1.0 - kParallelShare) * error);
    if (fine == nullptr) return;
    std::optional<ParallelPoint> best;
    for (const int threads : options_.threads) {
      for (const char* corrector : {"classic", "auto"}) {
        logger_.info("{}: error {}, {}, {} threads", entry_.title(), format_scientific(error), corrector, threads);
        const ParallelPoint point = run_parallel(fine->solver, error, corrector, threads);
        const bool good = point.converged && point.error <= error;
        report.measurements.push_back({entry_.name, point.corrector, to_text(point.fine), static_cast<double>(threads),
                                       error, point.error, point.seconds,
                                       good ? own.seconds / point.seconds : std::nan(""), good ? "yes" : "no"});
        if (threads != options_.threads.back() || !good) continue;
        if (!best || point.seconds < best->seconds) best = point;
      }
    }
    const double goal = entry_.values.number("parallel_goal");
    const double speedup = best ? own.seconds / best->seconds : 0.0;
    if (best) {
      row[6] = best->corrector;
      row[7] = format_duration(best->seconds);
      row[8] = format_number(speedup);
    }
    if (own.seconds >= kWorthwhileSeconds && speedup < goal) {
      report.missed.push_back(entry_.title() + ", error " + format_scientific(error) + ": parallel stepping reaches " +
                              format_number(speedup) + " of the best serial solver's speed, the goal is ≥ " +
                              format_number(goal));
    }
  }

  const BenchEntry& entry_;
  const PrecisionOptions& options_;
  const Console& console_;
  spdlog::logger& logger_;
  std::stop_token stop_;
  ConfigDocument document_;
  std::vector<double> errors_;
  Experiment experiment_;
  State reference_;
  std::vector<PrecisionPoint> own_;
  std::vector<PrecisionPoint> sundials_;
};

}  // namespace

std::vector<ParameterSpec> precision_keys() {
  std::vector<ParameterSpec> keys = {
      {"errors", std::string("1e-3,1e-5,1e-7,1e-9"), "at the end, in the scaled state"},
      {"methods", std::string(), "integrators; left out: all that the equation takes"},
      {"reference", std::string("dopri5 to 1e-13"), "a solver tight enough to measure errors against"},
      {"check", std::string("dopri5 to 1e-12"), "another one that must agree"},
      {"max_seconds", 10.0, "a serial solve that takes longer ends its method's series", 0.0},
      {"serial_goal", 1.2, "our time over that of SUNDIALS, at most", 0.0},
      {"parallel_goal", 1.3, "speed-up over our best serial solver where that takes 50 ms, at least", 0.0}};
  return keys;
}

BenchReport bench_precision(const std::vector<BenchEntry>& entries, const PrecisionOptions& options,
                            const Console& console, spdlog::logger& logger, std::stop_token stop) {
  BenchReport report;
  report.name = "precision";
  report.heading = "Work and precision on " + machine_text() + ": the fastest that reaches an error";
  report.summary_columns = {"problem",
                            "error",
                            "serial",
                            "time",
                            "SUNDIALS",
                            "time",
                            "parallel, " + std::to_string(options.threads.back()) + " threads",
                            "time",
                            "speed-up"};
  report.columns = {"problem", "kind", "solver", "threads", "wanted", "error", "seconds", "speedup", "reached"};
  report.legend = {"Serial solvers cross the whole interval at once; errors are those of its end against a reference.",
                   "Parallel: the serial winner as fine solver on the configuration's slices, levels chosen by "
                   "measuring, which its time includes."};
  report.warnings = load_warnings();
  for (const BenchEntry& entry : entries) {
    PrecisionStudy(entry, options, console, logger, stop).run(report);
    if (report.interrupted) break;
  }
  return report;
}

}  // namespace forerun
