#include "apps/forerun/bench/bench_published.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/precision/median.h"
#include "apps/forerun/run/comparison.h"
#include "learning/training/corrector_registry.h"

namespace forerun {
namespace {

struct Measured {
  std::string corrector;
  bool random = false;  ///< depends on the seed
};

const std::vector<Measured>& measured_correctors() {
  static const std::vector<Measured> all = {{"classic", false}, {"randnet-local", true}, {"randnet", true},
                                            {"kriging", true},  {"stencil", true},       {"auto", true}};
  return all;
}

/// "9", "9.5" for the median of an even number of seeds; "-" for what is not known.
std::string count_text(double iterations) {
  if (!std::isfinite(iterations)) return "-";
  const std::string whole = std::to_string(static_cast<Index>(iterations));
  return iterations == std::floor(iterations) ? whole : whole + ".5";
}

/// Of one corrector on one problem, over seeds.
struct Counts {
  std::vector<double> iterations;
  double max_error = 0.0;
  bool ended = true;  ///< by the published rule, which leaves it open whether the error is below the tolerance

  bool empty() const { return iterations.empty(); }
  double least() const { return *std::min_element(iterations.begin(), iterations.end()); }
  double most() const { return *std::max_element(iterations.begin(), iterations.end()); }

  void add(const CorrectorRun& run) {
    iterations.push_back(static_cast<double>(run.record.num_iterations()));
    // An unknown or non-finite error must not look like a small one.
    const double error = run.record.error().value_or(std::numeric_limits<double>::infinity());
    max_error = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(max_error, error);
    const Termination end = run.record.termination;
    ended = ended && (end == Termination::converged || end == Termination::unconfirmed);
  }

  /// "9", "10 (9–11)"; with a sign where a run did not come to an end.
  std::string text() const {
    if (empty()) return "-";
    const std::string range =
        least() < most() ? " (" + count_text(least()) + "–" + count_text(most()) + ")" : std::string();
    return count_text(median(iterations)) + range + (ended ? "" : " !");
  }
};

using ProblemCounts = std::map<std::string, Counts>;

bool is_offered(const std::string& corrector, const Experiment& experiment) {
  return !find_corrector(corrector).needs_mesh || !experiment.problem->layout().axes.empty();
}

ProblemCounts count_iterations(const BenchEntry& entry, Index num_seeds, const Console& console, spdlog::logger& logger,
                               std::stop_token stop) {
  ProblemCounts counts;
  ConfigDocument document = entry.document();
  document.set({"parareal", "stopping", std::string("published"), "bench published"});
  for (Index seed = 1; seed <= num_seeds && !stop.stop_requested(); ++seed) {
    document.set_from_text("run", "seed", std::to_string(seed), "--seeds " + std::to_string(num_seeds));
    const Experiment experiment = make_experiment(document);
    ComparisonPlan plan{.correctors = {}, .reference = true, .warm_start = {}, .keep_models = false, .quiet = true};
    for (const Measured& measured : measured_correctors()) {
      if ((seed == 1 || measured.random) && is_offered(measured.corrector, experiment)) {
        plan.correctors.push_back(choose_corrector(experiment.config, measured.corrector));
      }
    }
    const Comparison comparison = carry_out(plan, experiment, console, logger, stop);
    if (comparison.interrupted) break;  // what was cut short counts nothing
    for (const CorrectorRun& run : comparison.runs) counts[run.corrector.name].add(run);
  }
  return counts;
}

double published(const BenchEntry& entry, const std::string& key) {
  return entry.values.is_set(key) ? static_cast<double>(entry.values.integer(key)) : std::nan("");
}

double best_published(const BenchEntry& entry) {
  double best = std::nan("");
  for (const char* key : {"gparareal", "nngparareal", "randnet"}) best = std::fmin(best, published(entry, key));
  return best;
}

void judge(const BenchEntry& entry, const ProblemCounts& counts, BenchReport& report) {
  const auto miss = [&](const std::string& sentence) { report.missed.push_back(entry.title() + ": " + sentence); };
  const Counts& ours = counts.at("auto");
  const double classic = counts.at("classic").most();
  const double goal = published(entry, "goal");
  if (median(ours.iterations) > goal) {
    miss("auto needs " + count_text(median(ours.iterations)) + " iterations in the median, the goal is " +
         count_text(goal));
  }
  if (ours.most() > classic) {
    miss("auto needs up to " + count_text(ours.most()) + " iterations, classic " + count_text(classic));
  }
  if (entry.values.is_set("error_goal") && ours.max_error > entry.values.number("error_goal")) {
    miss("auto is off by up to " + format_scientific(ours.max_error) + ", the goal is " +
         format_scientific(entry.values.number("error_goal")));
  }
  for (const Measured& measured : measured_correctors()) {
    const auto found = counts.find(measured.corrector);
    const bool ended = found == counts.end() || found->second.ended;
    if (!ended) miss(measured.corrector + " did not come to an end for every seed");
    report.all_converged = report.all_converged && ended;
  }
}

void add_rows(const BenchEntry& entry, const ProblemCounts& counts, BenchReport& report) {
  std::vector<std::string> row = {entry.title()};
  for (const Measured& measured : measured_correctors()) {
    const auto found = counts.find(measured.corrector);
    if (found == counts.end()) {
      row.emplace_back("-");  // not offered
      continue;
    }
    const Counts& c = found->second;
    row.push_back(c.text());
    const double reference = measured.corrector == "classic"         ? published(entry, "classic")
                             : measured.corrector == "randnet-local" ? published(entry, "randnet")
                                                                     : best_published(entry);
    report.measurements.push_back({entry.name, measured.corrector, static_cast<double>(c.iterations.size()), c.least(),
                                   median(c.iterations), c.most(), c.max_error, c.ended ? "yes" : "no", reference,
                                   measured.corrector == "auto" ? published(entry, "goal") : std::nan("")});
  }
  row.push_back(count_text(published(entry, "classic")));
  row.push_back(count_text(published(entry, "randnet")));
  row.push_back(count_text(best_published(entry)));
  row.push_back(count_text(published(entry, "goal")));
  row.push_back(format_scientific(counts.at("auto").max_error));
  report.summary.push_back(std::move(row));
}

}  // namespace

std::vector<ParameterSpec> published_keys() {
  std::vector<ParameterSpec> keys;
  for (const char* name : {"classic", "gparareal", "nngparareal", "randnet", "goal"}) {
    keys.push_back({name, std::int64_t{1}, "iterations", 1.0, 1e9});
  }
  keys.push_back({"seeds", std::int64_t{1000}, "no more than this many are counted", 1.0, 1000.0});
  ParameterSpec error{"error_goal", 1.0, "largest error against the serial fine solution, in the scaled state", 0.0};
  error.minimum_allowed = false;
  keys.push_back(error);
  return keys;
}

BenchReport bench_published(const std::vector<BenchEntry>& entries, Index num_seeds, const Console& console,
                            spdlog::logger& logger, std::stop_token stop) {
  BenchReport report;
  report.name = "published";
  report.heading = "Iterations K by the published rule; median (least–most) over " + std::to_string(num_seeds) +
                   (num_seeds == 1 ? " seed" : " seeds, fewer where a run is long");
  report.summary_columns = {"problem", "classic",  "randnet-local", "randnet", "kriging", "stencil",
                            "auto",    "classic*", "RandNet*",      "best*",   "goal",    "error"};
  report.columns = {"problem", "corrector", "seeds",     "k_least",     "k_median",
                    "k_most",  "max_error", "converged", "k_published", "k_goal"};
  report.legend = {
      "* as published, best: of all learners. Goal: of auto. Error: of auto, largest over seeds, against serial fine "
      "in",
      "the state scaled to [-1, 1]; chaos (Lorenz, Rössler) magnifies what the rule leaves behind."};
  for (const BenchEntry& entry : entries) {
    if (stop.stop_requested()) break;
    const Index seeds = std::min<Index>(num_seeds, entry.values.integer("seeds"));
    logger.info("{}: seeds 1 to {}", entry.title(), seeds);
    const ProblemCounts counts = count_iterations(entry, seeds, console, logger, stop);
    if (counts.count(measured_correctors().back().corrector) == 0) break;  // interrupted
    judge(entry, counts, report);
    add_rows(entry, counts, report);
  }
  report.interrupted = stop.stop_requested();
  return report;
}

}  // namespace forerun
