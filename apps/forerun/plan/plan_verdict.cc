#include "apps/forerun/plan/plan_verdict.h"

#include <algorithm>

#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/plan/recommendation.h"
#include "apps/forerun/run/report.h"

namespace forerun {
namespace {

std::string threads_text(const PlanStudy& study) {
  return std::to_string(study.threads_here) + (study.threads_here == 1 ? " thread" : " threads");
}

/// What Parareal has to beat in series: the fastest solver that is as accurate as the configured fine one; where none
/// was found in time the fastest within the tolerance, which is what the error of Parareal's answer may be, too.
const std::optional<PrecisionPoint>& serial_rival(const SerialAdvice& advice) {
  return advice.as_accurate ? advice.as_accurate : advice.good_enough;
}

/// How much faster than the configured fine solver that is, as measured; 1 where it is the configured one, or nothing
/// was measured.
double serial_factor(const PlanStudy& study) {
  if (!study.serial || !serial_rival(*study.serial)) return 1.0;
  return std::max(1.0, study.serial->configured.seconds / serial_rival(*study.serial)->seconds);
}

/// "serial stepping", by another solver than the configured one where that is faster.
std::string serial_text(const PlanStudy& study) {
  if (winner_by(serial_factor(study)) == Verdict::Winner::neither) return "serial stepping";
  return "serial stepping by " + solver_text(serial_rival(*study.serial)->solver) +
         (study.serial->as_accurate ? "" : ", within the tolerance,");
}

/// Parareal, with its fine solver where serial stepping would take another one.
std::string parareal_name(const PlanStudy& study) {
  const bool is_same = winner_by(serial_factor(study)) == Verdict::Winner::neither;
  return is_same ? "Parareal" : "Parareal over the configured fine solver";
}

std::string sentence_case(std::string text) {
  if (!text.empty()) text.front() = text.front() == 's' ? 'S' : text.front();
  return text;
}

/// The best that is modelled, with a ladder where that is expected to help.
double modelled_speedup(const PlanStudy& study, const ScalingPoint& best, ScalingPoint LadderAdvice::*with_ladder) {
  return study.ladder ? std::max(best.speedup, (*study.ladder.*with_ladder).speedup) : best.speedup;
}

/// Of the serial solvers that are accurate enough, other people's among them.
const PrecisionPoint& fastest_serial(const SerialAdvice& advice) {
  const bool is_beaten = advice.as_accurate && advice.as_accurate->seconds < advice.parallel_fine->seconds;
  return is_beaten ? *advice.as_accurate : *advice.parallel_fine;
}

Verdict measured_here(const PlanStudy& study) {
  const PrecisionPoint& serial = fastest_serial(*study.serial);
  const ParallelPoint* parallel = fastest_as_accurate(*study.serial);
  const std::string alone = solver_text(serial.solver) + " takes " + format_duration(serial.seconds);
  const std::string over = "over " + solver_text(study.serial->parallel_fine->solver);
  Verdict verdict;
  if (parallel == nullptr) {
    verdict.sentences = {"Serial stepping wins here: " + alone + " (measured), and no run of Parareal " + over +
                         " is as accurate within ten times as long."};
    return verdict;
  }
  verdict.speedup = serial.seconds / parallel->seconds;
  verdict.winner = winner_by(*verdict.speedup);
  const std::string with =
      "Parareal " + over + " " + format_duration(parallel->seconds) + " (measured on " + threads_text(study) + ").";
  verdict.sentences = {(verdict.winner == Verdict::Winner::serial     ? "Serial stepping wins here: "
                        : verdict.winner == Verdict::Winner::parallel ? "Parareal wins here: "
                                                                      : "Nobody wins here: ") +
                       alone + ", " + with};
  return verdict;
}

Verdict modelled_here(const PlanStudy& study) {
  Verdict verdict;
  verdict.basis = Verdict::Basis::modelled;
  if (!study.best_here) {
    verdict.sentences = {"Serial stepping wins here: no trial of Parareal was solved."};
    return verdict;
  }
  const double speedup =
      modelled_speedup(study, study.runs[*study.best_here].here, &LadderAdvice::here) / serial_factor(study);
  verdict.speedup = speedup;
  verdict.winner = winner_by(speedup);
  const std::string factor = format_factor(speedup) + " as fast (modelled on " + threads_text(study) + ").";
  const std::string serial = serial_text(study);
  verdict.sentences = {verdict.winner == Verdict::Winner::serial
                           ? sentence_case(serial) + " wins here: " + parareal_name(study) + " is " + factor
                           : parareal_name(study) + " " +
                                 std::string(verdict.winner == Verdict::Winner::parallel ? "wins" : "draws") +
                                 " here: against " + serial + " it is " + factor};
  return verdict;
}

/// The method that is recommended there, "Parareal" in most cases.
std::string there_sentence(const PlanStudy& study) {
  const std::optional<std::size_t> method = recommended_method(study);
  const ScalingPoint& best = method ? study.methods[*method].there : study.runs[*study.best_there].there;
  const std::string name = method ? study.methods[*method].settings.method : parareal_name(study);
  const double speedup = (method ? best.speedup : parareal_speedup_there(study)) / serial_factor(study);
  const std::string machine =
      "On " + std::to_string(best.processors) + (best.processors == 1 ? " processor " : " processors ");
  const std::string serial = serial_text(study);
  if (winner_by(speedup) == Verdict::Winner::serial) {
    return machine + serial + " wins: " + name + " is " + format_factor(speedup) + " as fast (modelled).";
  }
  return machine + name + " is " + format_factor(speedup) + " as fast as " + serial + " (modelled).";
}

}  // namespace

Verdict plan_verdict(const PlanStudy& study) {
  const bool is_measured = study.serial && study.serial->parallel_fine;
  Verdict verdict = is_measured ? measured_here(study) : modelled_here(study);
  if (study.best_there || recommended_method(study)) verdict.sentences.push_back(there_sentence(study));
  return verdict;
}

}  // namespace forerun
