#include "apps/forerun/record/report_json.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/forerun/cli/build.h"
#include "apps/forerun/record/history_json.h"
#include "apps/forerun/record/json_file.h"
#include "apps/forerun/run/comparison_verdict.h"

namespace forerun {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
Json number(const std::optional<double>& value) { return value ? number(*value) : Json(nullptr); }

Json parameters_json(const Parameters& parameters) {
  Json json = Json::object();
  for (const ParameterSpec& spec : parameters.specs()) {
    std::visit([&](const auto& value) { json[spec.name] = value; }, parameters.value(spec.name));
  }
  return json;
}

/// member(iteration) for all iterations, as an array.
template <typename Member>
Json series(const RunRecord& record, const Member& member) {
  Json array = Json::array();
  for (const IterationRecord& iteration : record.iterations) array.push_back(member(iteration));
  return array;
}

Json seconds_json(const PhaseSeconds& seconds) {
  return {{"total", number(seconds.total)},
          {"fine", number(seconds.fine)},
          {"coarse", number(seconds.coarse)},
          {"fit", number(seconds.fit)},
          {"predict", number(seconds.predict)}};
}

/// null where it was timed once.
Json repeats_json(const std::vector<double>& seconds) {
  if (seconds.size() < 2) return nullptr;
  const auto [least, most] = std::minmax_element(seconds.begin(), seconds.end());
  return {{"count", seconds.size()}, {"least_seconds", *least}, {"most_seconds", *most}};
}

Json disturbance_json(const std::optional<Disturbance>& found) {
  if (!found) return nullptr;
  return {{"busy", found->is_busy()},
          {"serial_share", number(found->serial_share)},
          {"switches_per_second", number(found->switches_per_second)}};
}

Json failure_json(const std::optional<SliceFailure>& failure) {
  if (!failure) return nullptr;
  return {{"sentence", failure->sentence()},
          {"solver", failure->solver},
          {"slice", failure->slice},
          {"iteration", failure->iteration},
          {"time", number(failure->time)}};
}

/// What [output] gave: an array of the file's columns has this shape.
Json output_json(const CorrectorRun& run, const std::optional<OutputPlan>& plan) {
  if (!run.output || !run.output->found) return nullptr;
  return {{"times", plan->times.size()},
          {"shape", plan->shape},
          {"seconds", number(run.output->found->seconds)},
          {"effective_sweeps", number(run.output->found->fine_passes)}};
}

Json run_json(const CorrectorRun& run, const Experiment& experiment, const std::optional<WarmStart>& warm_start) {
  const RunRecord& record = run.record;
  const Index num_slices = experiment.num_slices();
  Json json;
  json["corrector"] = run.corrector.name;
  json["converged"] = record.converged();
  json["termination"] = to_string(record.termination);
  json["iterations"] = record.num_iterations();
  json["effective_sweeps"] = number(record.effective_sweeps());
  json["max_error"] = number(record.error());
  json["seconds"] = seconds_json(record.seconds);
  json["repeats"] = repeats_json(run.timings);
  json["measured_speedup"] = number(run.measured_speedup);
  json["modelled"] = {{"processors", num_slices / record.num_windows}, {"speedup", nullptr}};
  if (run.modelled)
    json["modelled"] = {{"processors", run.modelled->processors}, {"speedup", number(run.modelled->speedup)}};
  json["last_window"] = record.last_window;
  json["window"] = series(record, [](const IterationRecord& k) { return k.window; });
  json["increments"] = series(record, [](const IterationRecord& k) { return number(k.increment); });
  json["jumps"] = series(record, [](const IterationRecord& k) { return number(k.jump); });
  json["errors"] = series(record, [](const IterationRecord& k) { return number(k.error); });
  json["estimated_errors"] = series(record, [](const IterationRecord& k) { return number(k.estimated_error); });
  json["error_bounds"] = nullptr;
  if (!run.error_bounds.empty()) {
    json["error_bounds"] = Json::array();
    for (const double bound : run.error_bounds) json["error_bounds"].push_back(number(bound));
  }
  json["exact_front"] = series(record, [](const IterationRecord& k) { return k.exact_front; });
  json["converged_front"] = series(record, [](const IterationRecord& k) { return k.converged_front; });
  json["level"] = series(record, [](const IterationRecord& k) { return k.level(); });
  json["fine_work"] = series(record, [](const IterationRecord& k) { return number(k.fine_work); });
  json["served_by"] = series(record, [](const IterationRecord& k) { return k.corrector; });
  json["predicted_correction_errors"] =
      series(record, [](const IterationRecord& k) { return number(k.predicted_correction_error); });
  json["found_correction_errors"] =
      series(record, [](const IterationRecord& k) { return number(k.found_correction_error); });
  json["fallbacks"] = series(record, [](const IterationRecord& k) { return k.num_fallbacks; });
  json["uncrossed"] = series(record, [](const IterationRecord& k) { return k.num_uncrossed; });
  json["warnings"] = record.warnings;
  json["initial"] = {{"served_by", record.initial_corrector}, {"error", number(record.initial_error)}};
  json["history"] = history_json(record);
  json["options"] = parameters_json(run.corrector.parameters);
  json["warm_start"] = nullptr;
  if (run.warm) json["warm_start"] = {{"model", warm_start->file.string()}, {"transfer", warm_start->transfer}};
  json["output"] = output_json(run, experiment.output);
  json["failure"] = failure_json(run.output && run.output->failure ? run.output->failure : record.failure);
  return json;
}

}  // namespace

Json levels_json(const FineLevels& levels) {
  Json array = Json::array();
  for (const SolverSpec& spec : levels.solvers) {
    const bool is_more = spec.external || spec.is_of_variant() || spec.method != levels.solvers.back().method;
    const ParameterValue value = is_more ? ParameterValue(to_text(spec)) : spec.refinement();
    std::visit([&](const auto& held) { array.push_back(held); }, value);
  }
  return array;
}

std::string comparison_json(const Comparison& comparison, const Experiment& experiment,
                            const std::optional<WarmStart>& warm_start) {
  Json json;
  json["schema"] = "forerun.compare/1";
  json["version"] = build::version;
  json["status"] = comparison.running ? "running" : comparison.interrupted ? "interrupted" : "ended";
  json["problem"] = {{"name", experiment.problem->name()},
                     {"dimension", experiment.dimension()},
                     {"parameters", parameters_json(experiment.config.problem.parameters)}};
  json["slices"] = experiment.num_slices();
  json["windows"] = experiment.config.windows;
  json["time"] = {{"begin", experiment.grid.begin()}, {"end", experiment.grid.end()}};
  json["threads"] = experiment.executor->num_threads();
  if (experiment.num_processes > 1) json["processes"] = experiment.num_processes;
  json["seed"] = experiment.config.seed;
  json["serial_fine_seconds"] = comparison.has_reference() ? number(comparison.serial_fine->seconds) : Json(nullptr);
  json["serial_fine_repeats"] = repeats_json(comparison.serial_timings);
  json["machine"] = disturbance_json(comparison.disturbance);
  json["levels"] = levels_json(experiment.config.fine_levels);
  json["planning"] = nullptr;
  if (experiment.planned) {
    json["planning"] = {{"seconds", number(experiment.planned->seconds)},
                        {"effective_sweeps", number(experiment.planned->plan.work)}};
  }
  json["runs"] = Json::array();
  for (const CorrectorRun& run : comparison.runs) json["runs"].push_back(run_json(run, experiment, warm_start));
  json["verdict"] = verdict_json(comparison_verdict(comparison, experiment));
  // File names need not be UTF-8; a record must be all the same.
  return json_page(json);
}

}  // namespace forerun
