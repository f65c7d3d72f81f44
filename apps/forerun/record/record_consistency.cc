#include "apps/forerun/record/record_consistency.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "apps/forerun/record/json_file.h"
#include "apps/forerun/record/report_json.h"
#include "apps/forerun/run/method_run.h"
#include "core/record/run_record.h"

namespace forerun {
namespace {

using Json = nlohmann::ordered_json;

/// What is written of a double reads back exactly, so numbers are compared by ==.
void require_configured(const Json& object, const char* name, const Json& configured) {
  const Json& found = json_member(object, name);
  if (found == configured) return;
  throw std::invalid_argument("has '" + std::string(name) + "' = " + excerpt(found) +
                              ", but the configuration beside it " + excerpt(configured));
}

void check_experiment(const Json& record, const Experiment& experiment) {
  const RunConfig& config = experiment.config;
  const Json& problem = json_member(record, "problem");
  require_configured(problem, "name", config.problem.name);
  require_configured(problem, "dimension", experiment.dimension());
  for (const ParameterSpec& spec : config.problem.parameters.specs()) {
    std::visit(
        [&](const auto& value) { require_configured(json_member(problem, "parameters"), spec.name.c_str(), value); },
        config.problem.parameters.value(spec.name));
  }
  require_configured(record, "slices", experiment.num_slices());
  if (record.contains("windows") || experiment.config.windows > 1) {
    require_configured(record, "windows", experiment.config.windows);
  }
  require_configured(json_member(record, "time"), "begin", experiment.grid.begin());
  require_configured(json_member(record, "time"), "end", experiment.grid.end());
  require_configured(record, "seed", config.seed);
  if (record.contains("levels")) require_configured(record, "levels", levels_json(config.fine_levels));
}

/// Every series has an entry an iteration; those that older records lack may be missing.
void check_lengths(const Json& run, Index iterations) {
  const auto check = [&](const Json& series, const char* name) {
    const auto size = static_cast<Index>(series.size());
    if (size == iterations) return;
    throw std::invalid_argument("has '" + std::string(name) + "' of " + std::to_string(size) + " entries, but " +
                                "'iterations' = " + std::to_string(iterations));
  };
  for (const char* name : {"increments", "jumps", "errors", "exact_front", "converged_front", "fine_work"}) {
    check(json_array(run, name), name);
  }
  for (const char* name : {"window", "estimated_errors", "level", "served_by", "predicted_correction_errors",
                           "found_correction_errors", "fallbacks"}) {
    if (run.contains(name)) check(json_array(run, name), name);
  }
  if (run.contains("history")) check(json_array(json_member(run, "history"), "iterations"), "history");
}

/// The window of each iteration: from the first on, never falling back, none left out.
std::vector<Index> windows_of(const Json& run, const Experiment& experiment, Index iterations) {
  if (!run.contains("window")) return std::vector<Index>(static_cast<std::size_t>(iterations), 1);
  const auto windows = json_integers(run, "window", 1, experiment.config.windows);
  const Index last = json_integer(run, "last_window", 1, experiment.config.windows);
  Index before = 1;
  for (const Index window : windows) {
    if (window != before && window != before + 1)
      throw std::invalid_argument("has 'window' = " + std::to_string(window) + " after " + std::to_string(before));
    before = window;
  }
  if (before > last) throw std::invalid_argument("has 'last_window' = " + std::to_string(last) + " before its last");
  return windows;
}

/// Fronts lie within the window's slices, the exact one never ahead of the converged one, and never falling back.
void check_fronts(const Json& run, const std::vector<Index>& windows, Index num_slices) {
  const auto exact = json_integers(run, "exact_front", 0, num_slices);
  const auto converged = json_integers(run, "converged_front", 0, num_slices);
  for (std::size_t k = 0; k < exact.size(); ++k) {
    const std::string index = "[" + std::to_string(k) + "]";
    const std::string front = "has 'exact_front" + index + "' = " + std::to_string(exact[k]);
    if (exact[k] > converged[k]) {
      throw std::invalid_argument(front + ", but 'converged_front" + index + "' = " + std::to_string(converged[k]));
    }
    if (k > 0 && windows[k] == windows[k - 1] && exact[k] < exact[k - 1]) {
      throw std::invalid_argument(front + ", but " + std::to_string(exact[k - 1]) + " an iteration before");
    }
  }
}

/// The history of costs is of the same iterations: their levels, and fine sweeps of no slice that was exact before.
void check_history(const Json& run, const std::vector<Index>& windows, const Experiment& experiment) {
  const auto num_levels = static_cast<Index>(experiment.config.fine_levels.solvers.size());
  const auto exact = json_integers(run, "exact_front", 0, experiment.window_slices());
  std::vector<Index> levels;
  for (const Json& iteration : json_array(json_member(run, "history"), "iterations")) {
    const std::size_t k = levels.size();
    const Json& served = json_array(iteration, "levels");
    for (const Json& part : served) json_integer(part, "level", 1, num_levels);
    if (served.empty()) throw std::invalid_argument("has no levels in an iteration of its history");
    levels.push_back(json_integer(served.back(), "level", 1, num_levels));
    const Index first = json_integer(served.front(), "first_slice", 0, experiment.window_slices() - 1);
    if (k > 0 && windows[k] == windows[k - 1] && first < exact[k - 1]) {
      throw std::invalid_argument("has 'first_slice' = " + std::to_string(first) + " in iteration " +
                                  std::to_string(k + 1) + " of its history, but an 'exact_front' of " +
                                  std::to_string(exact[k - 1]) + " before it");
    }
  }
  if (run.contains("level") && json_integers(run, "level", 1, num_levels) != levels) {
    throw std::invalid_argument("has other levels in 'level' than in its history");
  }
}

/// What is said twice, of the whole run and by iteration.
void check_totals(const Json& run) {
  constexpr double rounding = 1e-9;
  double work = 0.0;
  for (const double part : json_numbers(run, "fine_work")) work += part;
  if (const double sweeps = json_number(run, "effective_sweeps"); !(std::abs(sweeps - work) <= rounding * work)) {
    throw std::invalid_argument("has 'effective_sweeps' = " + excerpt(sweeps) + ", but 'fine_work' that adds up to " +
                                excerpt(work));
  }
  const Json& errors = json_array(run, "errors");
  if (!errors.empty() && errors.back() != json_member(run, "max_error")) {
    throw std::invalid_argument("has 'max_error' = " + excerpt(run["max_error"]) + ", but 'errors' that end with " +
                                excerpt(errors.back()));
  }
}

/// How the run ended, which is said in several ways.
void check_end(const Json& run, const Experiment& experiment, Index iterations) {
  const std::string termination = json_text(run, "termination");
  const bool converged = json_flag(run, "converged");
  const Json& failure = json_member(run, "failure");
  if (converged != (termination == to_string(Termination::converged))) {
    throw std::invalid_argument("has 'converged' = " + excerpt(run["converged"]) +
                                ", but 'termination' = " + excerpt(run["termination"]));
  }
  if (!failure.is_null()) {
    if (converged) throw std::invalid_argument("has a 'failure', but converged");
    json_integer(failure, "slice", 0, experiment.num_slices() - 1);
    json_integer(failure, "iteration", 0, iterations + 1);
  }
  const std::string name = json_text(run, "corrector");
  const Index limit = is_by_method(name) ? most_iterations(name, experiment) : experiment.options.max_iterations;
  if (limit > 0 && iterations > limit * experiment.config.windows) {
    throw std::invalid_argument("has 'iterations' = " + std::to_string(iterations) +
                                ", but the configuration beside it allows " + std::to_string(limit));
  }
  if (converged && iterations == 0) throw std::invalid_argument("converged, but has 'iterations' = 0");
}

void check_run(const Json& run, const Experiment& experiment) {
  constexpr Index most_iterations = 1'000'000'000;
  const Index iterations = json_integer(run, "iterations", 0, most_iterations);
  check_lengths(run, iterations);
  const std::vector<Index> windows = windows_of(run, experiment, iterations);
  check_fronts(run, windows, experiment.window_slices());
  if (run.contains("history")) check_history(run, windows, experiment);
  check_totals(run);
  check_end(run, experiment, iterations);
}

}  // namespace

void check_record(const Json& record, const Experiment& experiment) {
  require_schema(record, "forerun.compare/1");
  check_experiment(record, experiment);
  std::set<std::string> names;
  for (const Json& run : json_array(record, "runs")) {
    const std::string name = json_text(run, "corrector");
    if (!names.insert(name).second) throw std::invalid_argument("has two runs of '" + name + "'");
    try {
      check_run(run, experiment);
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument(error.what() + (" (the run of '" + name + "')"));
    }
  }
  const bool has_ended = !record.contains("status") || json_text(record, "status") == "ended";
  if (names.empty() && has_ended) throw std::invalid_argument("has no runs");
}

}  // namespace forerun
