#include "apps/forerun/bench/bench_speed.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "apps/forerun/bench/bench_machine.h"
#include "apps/forerun/bench/bench_timing.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/precision/median.h"

namespace forerun {
namespace {

/// Serial runs of the same length that differ by more tell of other work on the machine.
constexpr double kQuietSpread = 0.25;

bool has_goal(const BenchEntry& entry, const char* key) { return entry.values.is_set(key); }

bool is_modelled_only(const BenchEntry& entry) {
  return has_goal(entry, "modelled_goal") && !has_goal(entry, "sweeps_goal") && !has_goal(entry, "speedup_goal");
}

std::vector<Variant> variants_of(const BenchEntry& entry) {
  std::vector<Variant> variants;
  for (const std::string& text : split(entry.values.text("variants"), ',')) variants.push_back(parse_variant(text));
  return variants;
}

double speedup(const ProblemTiming& problem, const VariantTiming& variant) {
  return variant.converged ? median(problem.serial_seconds) / median(variant.seconds) : std::nan("");
}

/// The best figure of all variants that converged, and whose it is.
struct Best {
  double value = std::nan("");
  std::string label;

  void offer(double candidate, const std::string& name, const std::function<bool(double, double)>& better) {
    if (std::isfinite(candidate) && (std::isnan(value) || better(candidate, value))) {
      value = candidate;
      label = name;
    }
  }
};

struct BestFigures {
  Best sweeps;
  Best speedup;
  Best modelled;
};

BestFigures best_figures(const ProblemTiming& problem) {
  BestFigures best;
  for (const VariantTiming& variant : problem.variants) {
    if (!variant.converged) continue;
    const std::string name = variant.variant.name();
    best.sweeps.offer(variant.sweeps, name, std::less<>());
    best.speedup.offer(speedup(problem, variant), name, std::greater<>());
    if (variant.modelled_speedup > 0.0) best.modelled.offer(variant.modelled_speedup, name, std::greater<>());
  }
  return best;
}

std::string threads_text(int threads) { return std::to_string(threads) + (threads == 1 ? " thread" : " threads"); }

/// A sentence in `missed` where the figure is on the wrong side of the entry's goal; the table's cell.
std::string judge(const BenchEntry& entry, const char* key, const std::string& what, const Best& best, bool at_most,
                  BenchReport& report) {
  const std::string value = std::isnan(best.value) ? "-" : format_number(best.value);
  if (!has_goal(entry, key)) return value;
  const double goal = entry.values.number(key);
  const bool met = at_most ? best.value <= goal : best.value >= goal;
  const std::string rule = (at_most ? "≤ " : "≥ ") + format_number(goal);
  if (!met) {
    report.missed.push_back(entry.title() + ": " + what + " " + value +
                            (best.label.empty() ? "" : " (" + best.label + ")") + ", the goal is " + rule);
  }
  return value + " (" + rule + ")";
}

void add_measurements(const BenchEntry& entry, const ProblemTiming& problem, BenchReport& report) {
  const double serial = median(problem.serial_seconds);
  for (const VariantTiming& variant : problem.variants) {
    if (variant.left_out) {
      report.warnings.push_back(entry.title() + " (" + threads_text(problem.threads) + "): " + variant.variant.name() +
                                " is left out: no level was found that is cheaper and good enough");
      continue;
    }
    const double modelled = variant.modelled_speedup > 0.0 ? variant.modelled_speedup : std::nan("");
    report.measurements.push_back({entry.name, variant.variant.name(), static_cast<double>(problem.threads),
                                   static_cast<double>(variant.seconds.size()), static_cast<double>(variant.iterations),
                                   variant.sweeps, variant.planning_sweeps, variant.max_error, serial,
                                   median(variant.seconds), median(variant.planning_seconds), speedup(problem, variant),
                                   modelled, variant.converged ? "yes" : "no"});
    report.all_converged = report.all_converged && variant.converged;
    if (!variant.converged)
      report.missed.push_back(entry.title() + ": " + variant.variant.name() + " did not converge");
  }
  if (relative_spread(problem.serial_seconds) > kQuietSpread) {
    report.warnings.push_back(entry.title() + " (" + threads_text(problem.threads) + "): serial fine runs differ by " +
                              format_number(100.0 * relative_spread(problem.serial_seconds)) +
                              " % of their median: the machine is not quiet");
  }
}

void add_summary(const BenchEntry& entry, const ProblemTiming& problem, BenchReport& report) {
  const BestFigures best = best_figures(problem);
  const auto label = [](const Best& figure) { return figure.label.empty() ? "-" : figure.label; };
  report.summary.push_back(
      {entry.title(), format_duration(median(problem.serial_seconds)),
       judge(entry, "sweeps_goal", "effective sweeps", best.sweeps, true, report), label(best.sweeps),
       judge(entry, "speedup_goal", "speed-up over serial fine", best.speedup, false, report), label(best.speedup),
       judge(entry, "modelled_goal", "modelled speed-up", best.modelled, false, report)});
}

}  // namespace

std::vector<ParameterSpec> speed_keys() {
  std::vector<ParameterSpec> keys = {
      {"variants", std::string("classic,randnet-local,auto,classic+ladder,auto+ladder"), "correctors, with a ladder"}};
  for (const char* name : {"sweeps_goal", "speedup_goal", "modelled_goal"}) {
    keys.push_back(goal_key(name, "what the best variant is to reach"));
  }
  return keys;
}

BenchReport bench_speed(const std::vector<BenchEntry>& entries, const SpeedOptions& options, const Console& console,
                        spdlog::logger& logger, std::stop_token stop) {
  BenchReport report;
  report.name = "speed";
  report.heading = "Time-parallel against serial fine stepping on " + machine_text() + "; medians of up to " +
                   std::to_string(options.repeats) + (options.repeats == 1 ? " run" : " runs");
  report.summary_columns = {
      "problem", "serial fine",    "sweeps", "by", "speed-up, " + threads_text(options.threads.back()),
      "by",      "modelled, N = P"};
  report.columns = {"problem",          "variant",          "threads",          "runs",           "iterations",
                    "sweeps",           "planning_sweeps",  "max_error",        "serial_seconds", "seconds",
                    "planning_seconds", "measured_speedup", "modelled_speedup", "converged"};
  report.legend = {"Serial fine: the same kernels, vectorised along the state. Sweeps: fine work in full fine passes.",
                   "Choosing the levels of a ladder counts in sweeps and times. Goals in brackets; modelled on one "
                   "processor a slice."};
  report.warnings = load_warnings();
  for (const BenchEntry& entry : entries) {
    const std::vector<Variant> variants = variants_of(entry);
    const bool once = is_modelled_only(entry);
    const std::vector<int> last = {options.threads.back()};
    for (const int threads : once ? last : options.threads) {
      logger.info("{}: {}", entry.title(), threads_text(threads));
      const TimingOptions timing{threads, once ? 1 : options.repeats, once ? 0.0 : options.enough_seconds,
                                 has_goal(entry, "modelled_goal")};
      const ProblemTiming problem = time_problem(entry, variants, timing, console, logger, stop);
      report.interrupted = problem.interrupted;
      if (report.interrupted) return report;
      add_measurements(entry, problem, report);
      if (threads == options.threads.back()) add_summary(entry, problem, report);
    }
  }
  return report;
}

}  // namespace forerun
