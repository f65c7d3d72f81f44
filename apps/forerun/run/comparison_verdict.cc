#include "apps/forerun/run/comparison_verdict.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/run/report.h"

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

/// "It does with 2.3 full fine sweeps what takes classic Parareal 36."; "" where classic Parareal does about as well.
std::string saved_sentence(const CorrectorRun& run, const Comparison& comparison) {
  const auto classic = std::find_if(comparison.runs.begin(), comparison.runs.end(), [](const CorrectorRun& other) {
    return other.corrector.name == "classic" && other.record.converged();
  });
  constexpr double kWorthSaying = 0.9;
  if (classic == comparison.runs.end()) return "";
  const double sweeps = run.record.effective_sweeps(), of_classic = classic->record.effective_sweeps();
  if (!(sweeps < kWorthSaying * of_classic)) return "";
  return run.corrector.name + " takes " + format_number(sweeps) + " full fine sweeps in place of classic Parareal's " +
         format_number(of_classic) + ".";
}

std::string modelled_sentence(const CorrectorRun& run, Verdict::Winner measured) {
  const ModelledSpeedup& model = *run.modelled;
  const std::string machine =
      "on " + std::to_string(model.processors) + (model.processors == 1 ? " processor" : " processors");
  const std::string factor = format_factor(model.speedup) + " as fast as serial stepping";
  if (winner_by(model.speedup) == Verdict::Winner::serial) {
    const std::string too = measured == Verdict::Winner::serial ? ", too" : "";
    return "Modelled " + machine + " serial stepping wins" + too + ": " + run.corrector.name + " is " + factor +
           " there.";
  }
  return "Modelled " + machine + ", communication left out, " + run.corrector.name + " is " + factor + ".";
}

Contender contender(const CorrectorRun& run, const Experiment& experiment) {
  return {run.corrector.name, *run.measured_speedup, run.record.seconds.total + planning_seconds(experiment),
          largest_share(run, experiment)};
}

std::string how_measured(const Experiment& experiment) {
  return "measured on " + executor_text(experiment) + (experiment.planned ? ", choosing levels included" : "");
}

}  // namespace

Verdict measured_verdict(const Contender& fastest, double serial_seconds, const std::string& how, bool is_one_of_many) {
  Verdict verdict{winner_by(fastest.speedup), Verdict::Basis::measured, fastest.speedup, {}};
  const std::string serial = format_duration(serial_seconds), parallel = format_duration(fastest.seconds);
  switch (verdict.winner) {
    case Verdict::Winner::parallel:
      verdict.sentences = {fastest.name + " wins: " + format_factor(fastest.speedup) + " as fast as serial stepping, " +
                           parallel + " against " + serial + " (" + how + ")."};
      break;
    case Verdict::Winner::neither:
      verdict.sentences = {"Nobody wins here: " + fastest.name + " takes " + parallel + ", serial stepping " + serial +
                           " (" + how + ")."};
      break;
    case Verdict::Winner::serial:
      verdict.sentences = {"Serial stepping wins here: it takes " + serial + ", " + fastest.name +
                           (is_one_of_many ? ", the fastest of the others, " : " ") + parallel + fastest.remark + " (" +
                           how + ")."};
      break;
  }
  return verdict;
}

Verdict verdict_without_contender(double serial_seconds, bool is_one_of_many) {
  Verdict verdict;
  verdict.sentences = {"Serial stepping wins: it takes " + format_duration(serial_seconds) + " (measured), and " +
                       (is_one_of_many ? "no run converged." : "the run did not converge.")};
  return verdict;
}

std::optional<Verdict> comparison_verdict(const Comparison& comparison, const Experiment& experiment) {
  if (!comparison.has_reference() || comparison.running || comparison.runs.empty()) return std::nullopt;
  const double serial_seconds = comparison.serial_fine->seconds;
  const bool are_many = comparison.runs.size() > 1;
  const CorrectorRun* fastest = largest(comparison, [](const CorrectorRun& run) { return run.measured_speedup; });
  if (fastest == nullptr) return verdict_without_contender(serial_seconds, are_many);
  Verdict verdict =
      measured_verdict(contender(*fastest, experiment), serial_seconds, how_measured(experiment), are_many);
  if (const std::string saved = saved_sentence(*fastest, comparison); !saved.empty())
    verdict.sentences.push_back(saved);
  if (const CorrectorRun* best = largest(comparison, modelled_speedup_of)) {
    verdict.sentences.push_back(modelled_sentence(*best, verdict.winner));
  }
  return verdict;
}

}  // namespace forerun
