#include "apps/forerun/bench/bench_precision.h"

#include <algorithm>
#include <cmath>

#include "apps/forerun/bench/bench_machine.h"
#include "apps/forerun/bench/precision_page.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/number_list.h"
#include "apps/forerun/precision/parallel_study.h"
#include "apps/forerun/precision/rough_solvers.h"
#include "apps/forerun/precision/serial_study.h"
#include "core/base/stop_scope.h"

namespace forerun {
namespace {

/// Where serial stepping takes less, there is nothing for threads to win.
constexpr double kWorthwhileSeconds = 0.05;
/// Parallel runs that take this many times as long as the best serial solver have lost.
constexpr double kHopelessOnThePage = 10.0;

std::vector<double> errors_of(const BenchEntry& entry) {
  const std::string& text = entry.values.text("errors");
  const std::optional<std::vector<double>> errors = parse_numbers("[" + text + "]");
  const auto is_error = [](double error) { return error > 0.0 && error < 1.0; };
  if (!errors || !std::all_of(errors->begin(), errors->end(), is_error)) {
    throw UsageError("[" + entry.name + "] errors = '" + text + "': must be numbers > 0 and < 1 like 1e-3,1e-6");
  }
  return *errors;
}

std::vector<std::string> methods_of(const BenchEntry& entry) {
  return entry.values.is_set("methods") ? split(entry.values.text("methods"), ',') : all_methods();
}

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

  PrecisionResult run(BenchReport& report) {
    try {
      measure_serial(report);
      for (const double error : errors_) add_row(error, report);
    } catch (const StopRequested&) {
      report.interrupted = true;
    }
    report.interrupted = report.interrupted || stop_.stop_requested();
    return {entry_.title(), std::move(serial_), std::move(parallel_)};
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
    task_.emplace(PrecisionTask{.problem = *experiment_.problem,
                                .interval = interval(),
                                .initial = experiment_.initial,
                                .reference = reference(report),
                                .norm = experiment_.options.norm,
                                .smallest_error = *std::min_element(errors_.begin(), errors_.end()),
                                .max_seconds = entry_.values.number("max_seconds")});
    serial_ = study_serial_solvers(
        *task_, methods_of(entry_), errors_.front(),
        [&](const std::string& method) {
          logger_.info("{}: {}", entry_.title(), method);
          return true;
        },
        stop_);
    for (const auto* points : {&serial_.own, &serial_.sundials}) {
      for (const PrecisionPoint& point : *points) {
        report.measurements.push_back({entry_.name, "serial", to_text(point.solver), 1.0, std::nan(""), std::nan(""),
                                       point.error, point.seconds, std::nan(""), "yes"});
      }
    }
  }

  void add_row(double error, BenchReport& report) {
    const PrecisionPoint* own = fastest_within(serial_.own, error);
    const PrecisionPoint* theirs = fastest_within(serial_.sundials, error);
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
    const PrecisionPoint* fine = fine_solver(serial_.own, error);
    if (fine == nullptr) return miss_parallel(error, own, 0.0, report);
    const ParallelTask task{.document = document_,
                            .reference = task_->reference,
                            .norm = task_->norm,
                            .error = error,
                            .repeats = 1,
                            .max_seconds = kHopelessOnThePage * std::max(own.seconds, kWorthwhileSeconds)};
    const int most_threads = options_.threads.back();
    logger_.info("{}: error {}, {} threads", entry_.title(), format_scientific(error), most_threads);
    const std::vector<ParallelPoint> points =
        study_parallel(task,
                       parallel_candidates(fine->solver, rough_solvers(*task_, serial_.own, *fine, stop_),
                                           experiment_.num_slices(), most_threads),
                       console_, logger_, stop_);
    for (const ParallelPoint& point : points) add_measurement(point, error, own, report);
    const ParallelPoint* fastest = fastest_reaching(points, error);
    double speedup = 0.0;
    if (fastest != nullptr) {
      const ParallelPoint best = measure_again(task, fastest->settings, error, own, report);
      speedup = own.seconds / best.seconds;
      row[6] = to_text(best.settings);
      row[7] = format_duration(best.seconds);
      row[8] = format_number(speedup);
    }
    miss_parallel(error, own, speedup, report);
  }

  /// Says so where the goal is missed.
  void miss_parallel(double error, const PrecisionPoint& own, double speedup, BenchReport& report) const {
    const double goal = entry_.values.number("parallel_goal");
    if (own.seconds >= kWorthwhileSeconds && speedup < goal) {
      report.missed.push_back(entry_.title() + ", error " + format_scientific(error) + ": parallel stepping reaches " +
                              format_number(speedup) + " of the best serial solver's speed, the goal is ≥ " +
                              format_number(goal));
    }
  }

  /// The fastest settings on every number of threads, as often as repeats ask; returns the point of the last.
  ParallelPoint measure_again(ParallelTask task, ParallelSettings settings, double error, const PrecisionPoint& own,
                              BenchReport& report) {
    task.repeats = options_.repeats;
    task.max_seconds = kUnlimitedSeconds;  // it is known to end
    ParallelPoint point;
    for (const int threads : options_.threads) {
      settings.threads = threads;
      point = measure_parallel(task, settings, console_, logger_, stop_).value();
      add_measurement(point, error, own, report);
    }
    return point;
  }

  void add_measurement(const ParallelPoint& point, double error, const PrecisionPoint& own, BenchReport& report) {
    parallel_.push_back(point);
    const bool good = point.reaches(error);
    report.measurements.push_back(
        {entry_.name, point.settings.corrector, to_text(point.settings.fine) + ", " + to_text(point.settings),
         static_cast<double>(point.settings.threads), static_cast<double>(point.settings.slices), error, point.error,
         point.seconds, good ? own.seconds / point.seconds : std::nan(""), good ? "yes" : "no"});
  }

  const BenchEntry& entry_;
  const PrecisionOptions& options_;
  const Console& console_;
  spdlog::logger& logger_;
  std::stop_token stop_;
  ConfigDocument document_;
  std::vector<double> errors_;
  Experiment experiment_;
  std::optional<PrecisionTask> task_;
  SerialStudy serial_;
  std::vector<ParallelPoint> parallel_;
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
  report.columns = {"problem", "kind",  "solver",  "threads", "slices",
                    "wanted",  "error", "seconds", "speedup", "reached"};
  report.legend = {
      "Serial solvers cross the whole interval at once; errors are those of its end against a reference.",
      "Parallel: the serial winner as fine solver, the fastest of few and many slices, of coarse solvers, "
      "on coarser meshes too, and of classic and auto; levels are chosen by measuring, which its time includes."};
  report.warnings = load_warnings();
  std::vector<PrecisionResult> results;
  for (const BenchEntry& entry : entries) {
    results.push_back(PrecisionStudy(entry, options, console, logger, stop).run(report));
    if (report.interrupted) break;
  }
  report.page = precision_page(report, results);
  return report;
}

}  // namespace forerun
