#include "core/record/run_warnings.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace forerun {
namespace {

constexpr double kGrowth = 1e3;
constexpr double kFallbackShare = 0.1;

std::string number(double value) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text.precision(3);
  text << value;
  return text.str();
}

std::string counted(Index count, const std::string& singular, const std::string& plural) {
  return std::to_string(count) + " " + (count == 1 ? singular : plural);
}

std::string unconfirmed(const RunRecord& record, double tolerance) {
  if (record.termination != Termination::unconfirmed) return "";
  const std::string estimate = number(record.iterations.back().estimated_error);
  return "the estimated error is " + estimate + ", above the tolerance of " + number(tolerance) +
         ": increments and jumps alone cannot tell, stopping = \"estimate\" without jump_tolerance goes on";
}

std::string no_gain(const RunRecord& record, Index num_slices) {
  if (num_slices == 1 || record.iterations.empty() || record.iterations.back().exact_front < num_slices) return "";
  return "it took until every slice was exact, " + counted(record.num_iterations(), "iteration", "iterations") +
         " for " + std::to_string(num_slices) +
         " slices: serial stepping does no more fine work; a better coarse solver or longer slices are needed";
}

std::string growth(const RunRecord& record) {
  if (record.iterations.empty()) return "";
  const double first = record.iterations.front().increment;
  double largest = 0.0;
  for (const IterationRecord& iteration : record.iterations) {
    if (!(iteration.increment <= largest)) largest = iteration.increment;
  }
  if (std::isfinite(largest) && !(first > 0.0 && largest > kGrowth * first)) return "";
  return "increments grew from " + number(first) + " to " + number(largest) +
         " on the way: the coarse solver is unstable here, or much too coarse";
}

std::string fallbacks(const RunRecord& record, Index num_slices) {
  Index count = record.initial_fallbacks;
  Index crossings = num_slices;
  for (const IterationRecord& iteration : record.iterations) {
    count += iteration.num_fallbacks - iteration.num_uncrossed;
    crossings += num_slices - iteration.first_slice;
  }
  if (static_cast<double>(count) <= kFallbackShare * static_cast<double>(crossings)) return "";
  // A crossing may lose two: what the coarse solver made, and what the correction made of it.
  const std::string what = "coarse predictions were not used " + counted(count, "time", "times") + " in " +
                           counted(crossings, "crossing", "crossings");
  if (record.first_coarse_failure) return what + "; the first: " + record.first_coarse_failure->sentence();
  return what + ": they left the range of sound states by far";
}

std::string uncrossed(const RunRecord& record) {
  Index count = 0;
  for (const IterationRecord& iteration : record.iterations) count += iteration.num_uncrossed;
  if (count == 0 || !record.first_uncrossed) return "";
  return counted(count, "fine solve", "fine solves") +
         " failed from predicted starts, which costs iterations and not the answer; the first: " +
         record.first_uncrossed->sentence();
}

std::string learning(const RunRecord& record) {
  const auto count = static_cast<Index>(record.learning_failures.size());
  if (count == 0) return "";
  return "learning failed before " + counted(count, "sweep", "sweeps") +
         ", served by classic Parareal; the first: " + record.learning_failures.front();
}

}  // namespace

std::vector<std::string> run_warnings(const RunRecord& record, Index num_slices, double tolerance) {
  std::vector<std::string> warnings = {unconfirmed(record, tolerance), no_gain(record, num_slices), growth(record),
                                       fallbacks(record, num_slices),  uncrossed(record),           learning(record)};
  std::erase(warnings, std::string());
  return warnings;
}

}  // namespace forerun
