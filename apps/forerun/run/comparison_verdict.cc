#include "apps/forerun/run/comparison_verdict.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "apps/forerun/cli/text_table.h"

namespace forerun {
namespace {

/// The one with the largest number; nullptr where no run has one.
template <typename Number>
const CorrectorRun* largest(const Comparison& comparison, const Number& number) {
  const CorrectorRun* best = nullptr;
  for (const CorrectorRun& run : comparison.runs) {
    if (!number(run) || (best != nullptr && !(*number(run) > *number(*best)))) continue;
    best = &run;
  }
  return best;
}

std::optional<double> modelled_speedup_of(const CorrectorRun& run) {
  return run.modelled ? std::optional(run.modelled->speedup) : std::nullopt;
}

double planning_seconds(const Experiment& experiment) { return experiment.planned ? experiment.planned->seconds : 0.0; }

/// ", 61 % of it on fitting": where most of a run's time went.
std::string largest_share(const CorrectorRun& run, const Experiment& experiment) {
  const PhaseSeconds& seconds = run.record.seconds;
  const std::array<std::pair<double, const char*>, 6> shares{{{seconds.fine, "on fine solves"},
                                                              {seconds.coarse, "on coarse solves"},
                                                              {seconds.fit, "on fitting"},
                                                              {seconds.predict, "on predictions"},
                                                              {seconds.other(), "beside solvers and learning"},
                                                              {planning_seconds(experiment), "on choosing levels"}}};
  const auto most = std::max_element(shares.begin(), shares.end());
  const double all = seconds.total + planning_seconds(experiment);
  if (!(all > 0.0)) return "";
  return ", " + std::to_string(std::lround(100.0 * most->first / all)) + " % of it " + most->second;
}

std::string measured_sentence(const CorrectorRun& run, const Comparison& comparison, const Experiment& experiment) {
  const double speedup = *run.measured_speedup;
  const double seconds = run.record.seconds.total + planning_seconds(experiment);
  const std::string serial = format_duration(comparison.serial_fine->seconds), parallel = format_duration(seconds);
  const int threads = experiment.executor->num_threads();
  const std::string here = "measured on " + std::to_string(threads) + (threads == 1 ? " thread" : " threads") +
                           (experiment.planned ? ", choosing levels included" : "");
  const std::string& name = run.corrector.name;
  const bool is_one_of_many = comparison.runs.size() > 1;
  switch (winner_by(speedup)) {
    case Verdict::Winner::parallel:
      return name + " wins: " + format_factor(speedup) + " as fast as serial stepping, " + parallel + " against " +
             serial + " (" + here + ").";
    case Verdict::Winner::neither:
      return "Nobody wins here: " + name + " takes " + parallel + ", serial stepping " + serial + " (" + here + ").";
    case Verdict::Winner::serial:
      break;
  }
  return "Serial stepping wins here: it takes " + serial + ", " + name +
         (is_one_of_many ? ", the fastest of the others, " : " ") + parallel + largest_share(run, experiment) + " (" +
         here + ").";
}

std::string modelled_sentence(const CorrectorRun& run) {
  const ModelledSpeedup& model = *run.modelled;
  const std::string machine =
      "on " + std::to_string(model.processors) + (model.processors == 1 ? " processor" : " processors");
  const std::string factor = format_factor(model.speedup) + " as fast as serial stepping";
  if (winner_by(model.speedup) == Verdict::Winner::serial) {
    return "Modelled " + machine + " serial stepping wins, too: " + run.corrector.name + " is " + factor + " there.";
  }
  return "Modelled " + machine + ", communication left out, " + run.corrector.name + " is " + factor + ".";
}

}  // namespace

std::optional<Verdict> comparison_verdict(const Comparison& comparison, const Experiment& experiment) {
  if (!comparison.has_reference() || comparison.running || comparison.runs.empty()) return std::nullopt;
  Verdict verdict;
  const CorrectorRun* fastest = largest(comparison, [](const CorrectorRun& run) { return run.measured_speedup; });
  if (fastest == nullptr) {
    verdict.sentences = {"Serial stepping wins: it takes " + format_duration(comparison.serial_fine->seconds) +
                         " (measured), and " + (comparison.runs.size() == 1 ? "the run" : "no run") +
                         (comparison.runs.size() == 1 ? " did not converge." : " converged.")};
    return verdict;
  }
  verdict.speedup = fastest->measured_speedup;
  verdict.winner = winner_by(*fastest->measured_speedup);
  verdict.sentences = {measured_sentence(*fastest, comparison, experiment)};
  if (const CorrectorRun* best = largest(comparison, modelled_speedup_of)) {
    verdict.sentences.push_back(modelled_sentence(*best));
  }
  return verdict;
}

}  // namespace forerun
