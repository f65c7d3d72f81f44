#include "apps/forerun/bench/bench_operators.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>

#include "apps/forerun/bench/bench_machine.h"
#include "apps/forerun/campaign/campaign.h"
#include "apps/forerun/campaign/operator_training.h"
#include "apps/forerun/cli/progress.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/run/comparison.h"
#include "apps/forerun/run/make_solver.h"
#include "core/base/stop_scope.h"
#include "core/base/stopwatch.h"
#include "learning/networks/operator_propagator.h"
#include "learning/training/corrector_registry.h"

namespace forerun {
namespace {

constexpr std::int64_t kUnseenSeed = 1000;  ///< beyond the campaign's
constexpr const char* kCorrectors[] = {"classic", "stencil", "randnet", "kriging"};

/// A coarse solver with a corrector on the unseen runs.
struct Contestant {
  std::string coarse, corrector;
  std::vector<double> iterations;
  double training_seconds = 0.0;  ///< of a network once, of a corrector in a run
  double solve_seconds = 0.0;     ///< of what a network is trained from
  double slice_seconds = 0.0;     ///< of the coarse solver
  bool all_converged = true;

  double mean() const {
    return std::accumulate(iterations.begin(), iterations.end(), 0.0) / static_cast<double>(iterations.size());
  }
  double worst() const { return *std::max_element(iterations.begin(), iterations.end()); }
};

class Family {
 public:
  Family(const BenchEntry& entry, const Console& console, std::stop_token stop)
      : entry_(entry), console_(console), stop_(std::move(stop)), config_(config_of({})) {
    ConfigDocument document = entry.document();
    const auto seed = config_.campaign.integer("seed") + kUnseenSeed;
    document.set({"campaign", "seed", std::int64_t{seed}, "bench operators"});
    document.set({"campaign", "runs", entry.values.integer("unseen"), "bench operators"});
    const CampaignConfig unseen = read_campaign_config(without_network(std::move(document)));
    const Experiment middle = middle_run(config_);
    unseen_ = make_draws(unseen, *middle.problem, middle.grid.begin());
    has_mesh_ = !middle.problem->layout().axes.empty();
  }

  bool suits(const std::string& corrector) const { return has_mesh_ || !find_corrector(corrector).needs_mesh; }

  Contestant with_network(const std::string& kind) const {
    const CampaignConfig config = config_of(kind);
    const auto executor = make_run_executor(read_config(config.base));
    const OperatorTraining training = train_operator_for(config, *executor, stop_);
    Contestant contestant{kind, "classic", {}};
    contestant.training_seconds = training.trained.training_seconds;
    contestant.solve_seconds = training.trained.solve_seconds;
    contestant.slice_seconds = training.slice_seconds;
    for (const Draw& draw : unseen_) {
      Experiment experiment = experiment_of(draw);
      experiment.coarse = std::make_unique<OperatorPropagator>(training.trained.network,
                                                               operator_inputs(config, training.trained, draw),
                                                               training.trained.family.common.slice_length, 1);
      add_run(experiment, contestant);
    }
    return contestant;
  }

  Contestant with_corrector(const std::string& corrector) const {
    Contestant contestant{"", corrector, {}};
    for (const Draw& draw : unseen_) {
      const Experiment experiment = experiment_of(draw);
      contestant.coarse = to_text(experiment.config.coarse);
      contestant.training_seconds += add_run(experiment, contestant) / static_cast<double>(unseen_.size());
      contestant.slice_seconds = seconds_a_slice(experiment);
    }
    return contestant;
  }

 private:
  CampaignConfig config_of(const std::string& kind) const {
    ConfigDocument document = entry_.document();
    if (!kind.empty()) document.set({"operator", "kind", kind, "bench operators"});
    return read_campaign_config(without_network(std::move(document)));
  }

  Experiment experiment_of(const Draw& draw) const {
    Experiment experiment = make_experiment(run_document(config_, draw));
    if (draw.initial) experiment.initial = *draw.initial;
    return experiment;
  }

  /// Seconds of learning.
  double add_run(const Experiment& experiment, Contestant& contestant) const {
    ComparisonPlan plan;
    plan.correctors = {choose_corrector(experiment.config, contestant.corrector)};
    plan.quiet = true;
    const Comparison comparison = carry_out(plan, experiment, console_, *make_logger(console_, true), stop_);
    if (comparison.runs.empty() || comparison.interrupted) throw StopRequested{};
    const RunRecord& record = comparison.runs.front().record;
    contestant.iterations.push_back(static_cast<double>(record.num_iterations()));
    contestant.all_converged = contestant.all_converged && record.converged();
    return record.seconds.fit;
  }

  static double seconds_a_slice(const Experiment& experiment) {
    constexpr int repeats = 20;
    State end(experiment.dimension());
    const Stopwatch watch;
    for (int i = 0; i < repeats; ++i) experiment.coarse->propagate(experiment.grid.slice(0), experiment.initial, end);
    return watch.seconds() / repeats;
  }

  const BenchEntry& entry_;
  const Console& console_;
  std::stop_token stop_;
  CampaignConfig config_;
  std::vector<Draw> unseen_;
  bool has_mesh_ = true;
};

std::string iterations_text(const Contestant& contestant) {
  std::string text;
  for (const double k : contestant.iterations) text += (text.empty() ? "" : " ") + format_number(k);
  return text + (contestant.all_converged ? "" : ", not all converged");
}

void add(const BenchEntry& entry, const Contestant& contestant, BenchReport& report) {
  report.summary.push_back({entry.title(), contestant.coarse, contestant.corrector, format_number(contestant.mean()),
                            iterations_text(contestant), format_duration(contestant.solve_seconds),
                            format_duration(contestant.training_seconds), format_duration(contestant.slice_seconds)});
  report.measurements.push_back({entry.name, contestant.coarse, contestant.corrector, contestant.mean(),
                                 contestant.worst(), contestant.solve_seconds, contestant.training_seconds,
                                 contestant.slice_seconds, contestant.all_converged ? "yes" : "no"});
  report.all_converged = report.all_converged && contestant.all_converged;
}

std::string name_of(const Contestant& contestant) {
  return contestant.corrector == "classic" ? contestant.coarse : contestant.corrector;
}

/// Iterations saved against the campaign's own coarse solver for a second of all that was spent before and on learning.
double saved_a_second(const Contestant& contestant, const Contestant& classic) {
  const double seconds = contestant.solve_seconds + contestant.training_seconds;
  return contestant.all_converged && seconds > 0.0 ? (classic.mean() - contestant.mean()) / seconds : 0.0;
}

std::string verdict(const BenchEntry& entry, const std::vector<Contestant>& all, const Contestant& classic) {
  const auto fewest = std::min_element(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::pair(!a.all_converged, a.mean()) < std::pair(!b.all_converged, b.mean());
  });
  const auto quickest = std::max_element(all.begin(), all.end(), [&](const auto& a, const auto& b) {
    return saved_a_second(a, classic) < saved_a_second(b, classic);
  });
  std::string text = entry.title() + ": fewest iterations with " + name_of(*fewest) + ", a mean of " +
                     format_number(fewest->mean()) + "; ";
  if (!(saved_a_second(*quickest, classic) > 0.0)) return text + "nobody saves any over " + classic.coarse;
  return text + "most saved for a second of training by " + name_of(*quickest);
}

BenchReport empty_report() {
  BenchReport report;
  report.name = "operators";
  report.heading = "operator networks as coarse solvers on " + machine_text();
  report.summary_columns = {"family", "coarse", "corrector", "mean K", "K", "solving", "training", "a slice"};
  report.columns = {"family",        "coarse",           "corrector",     "mean_iterations", "worst_iterations",
                    "solve_seconds", "training_seconds", "slice_seconds", "converged"};
  report.legend = {
      "K: iterations of each unseen run; solving: fine solves that a network is trained from, on one thread; training: "
      "of a",
      "network once, of a corrector in each run; a slice: of the coarse solver."};
  report.has_goals = false;
  report.warnings = load_warnings();
  return report;
}

}  // namespace

std::vector<ParameterSpec> operators_keys() {
  ParameterSpec unseen{"unseen", std::int64_t{4}, "runs that no network has seen"};
  unseen.minimum = 1;
  unseen.maximum = 1000;
  return {unseen, {"kinds", std::string("fourier pod fno deeponet"), "networks, blanks between them"}};
}

BenchReport bench_operators(const std::vector<BenchEntry>& entries, const Console& console, spdlog::logger& logger,
                            std::stop_token stop) {
  BenchReport report = empty_report();
  try {
    for (const BenchEntry& entry : entries) {
      const Family family(entry, console, stop);
      std::vector<Contestant> all;
      const auto take = [&](const std::string& name, Contestant contestant) {
        logger.info("{}: {}, K {}", entry.title(), name, iterations_text(contestant));
        add(entry, contestant, report);
        all.push_back(std::move(contestant));
      };
      for (const char* corrector : kCorrectors) {
        if (family.suits(corrector)) take(corrector, family.with_corrector(corrector));
      }
      for (const std::string& kind : split(entry.values.text("kinds"), ' ')) take(kind, family.with_network(kind));
      const Contestant classic = all.front();
      report.legend.push_back(verdict(entry, {all.begin() + 1, all.end()}, classic) + ".");
    }
  } catch (const StopRequested&) {
    report.interrupted = true;
  }
  return report;
}

}  // namespace forerun
