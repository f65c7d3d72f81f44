#include "apps/forerun/report/html_report_colours.h"

#include <algorithm>
#include <map>

namespace forerun {
namespace {

bool is_beaten_by(const ReportedRun& run, const ReportedRun& other) {
  if (run.converged != other.converged) return other.converged;
  const bool is_no_better = other.num_iterations() <= run.num_iterations() &&
                            other.effective_sweeps <= run.effective_sweeps && other.seconds.total <= run.seconds.total;
  const bool is_worse = other.num_iterations() < run.num_iterations() ||
                        other.effective_sweeps < run.effective_sweeps || other.seconds.total < run.seconds.total;
  return run.converged && is_no_better && is_worse;
}

}  // namespace

int colour_of(const std::string& corrector) {
  static const std::map<std::string, int> colours = {
      {"auto", 1},   {"classic", 2}, {"kriging", 3}, {"randnet", 4}, {"randnet-local", 5}, {"stencil", 6},
      {"krylov", 7}, {"secant", 8},  {"by", 8},      {"mgrit", 7},   {"pfasst", 6}};
  const auto known = colours.find(corrector.substr(0, corrector.find(' ')));
  return known != colours.end() ? known->second : 8;
}

std::vector<bool> are_dominated(const ReportedComparison& comparison) {
  std::vector<bool> dominated;
  for (const ReportedRun& run : comparison.runs) {
    dominated.push_back(std::any_of(comparison.runs.begin(), comparison.runs.end(),
                                    [&](const ReportedRun& other) { return is_beaten_by(run, other); }));
  }
  return dominated;
}

}  // namespace forerun
