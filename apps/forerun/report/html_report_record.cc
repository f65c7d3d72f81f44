#include "apps/forerun/report/html_report_record.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/forerun/record/disturbance.h"
#include "apps/forerun/record/history_json.h"
#include "apps/forerun/record/json_file.h"
#include "apps/forerun/record/record_file.h"
#include "apps/forerun/run/method_run.h"
#include "core/base/errors.h"
#include "core/files/npy_file.h"
#include "learning/files/model_file.h"

namespace forerun {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// A series of the run; all NaN where an older record does not have it.
std::vector<double> series(const Json& run, const char* name, std::size_t length) {
  return run.contains(name) ? json_numbers(run, name) : std::vector<double>(length, std::nan(""));
}

PhaseSeconds read_seconds(const Json& json) {
  return {json_seconds(json, "total"), json_seconds(json, "fine"), json_seconds(json, "coarse"),
          json_seconds(json, "fit"), json_seconds(json, "predict")};
}

/// Names become parts of file names: nothing but what names of correctors are made of.
std::string corrector_name(const Json& run) {
  std::string name = json_text(run, "corrector");
  const bool good = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  if (!good) {
    throw std::invalid_argument("has a corrector called " + excerpt(run["corrector"]) +
                                ": must be of a-z, 0-9, - and _");
  }
  return name;
}

void read_series(const Json& json, ReportedRun& run) {
  run.increments = json_numbers(json, "increments");
  const std::size_t length = run.increments.size();
  run.window = json.contains("window") ? json_numbers(json, "window") : std::vector<double>(length, 1.0);
  run.jumps = json_numbers(json, "jumps");
  run.errors = json_numbers(json, "errors");
  run.estimated_errors = series(json, "estimated_errors", length);
  run.predicted_correction_errors = series(json, "predicted_correction_errors", length);
  run.found_correction_errors = series(json, "found_correction_errors", length);
  run.exact_front = json_numbers(json, "exact_front");
  run.converged_front = json_numbers(json, "converged_front");
  run.fallbacks = series(json, "fallbacks", length);
  run.uncrossed = series(json, "uncrossed", length);
  run.served_by =
      json.contains("served_by") ? json_texts(json, "served_by") : std::vector<std::string>(length, run.corrector);
  run.levels = json.contains("level") ? json_numbers(json, "level") : std::vector<double>(length, 1.0);
}

/// Nothing of a run on as many slices as a record without its history tells.
std::vector<std::vector<LevelSweep>> read_sweeps(const Json& json, Index window_slices) {
  std::vector<std::vector<LevelSweep>> sweeps;
  if (!json.contains("history")) return sweeps;
  for (const IterationRecord& iteration : read_history(json["history"], window_slices).iterations)
    sweeps.push_back(iteration.levels);
  return sweeps;
}

void read_repeats(const Json& json, ReportedRun& run) {
  if (!json.contains("repeats") || json["repeats"].is_null()) return;
  run.least_seconds = json_seconds(json["repeats"], "least_seconds");
  run.most_seconds = json_seconds(json["repeats"], "most_seconds");
}

void read_verdict(const Json& json, ReportedComparison& comparison) {
  if (json.contains("verdict") && !json["verdict"].is_null()) {
    comparison.verdict = json_texts(json["verdict"], "sentences");
    comparison.has_won = json_text(json["verdict"], "winner") == "parallel";
  }
  if (!json.contains("machine") || json["machine"].is_null()) return;
  comparison.disturbance = Disturbance{optional_json_number(json["machine"], "serial_share"),
                                       optional_json_number(json["machine"], "switches_per_second")}
                               .sentence();
}

ReportedRun read_run(const Json& json, Index window_slices) {
  ReportedRun run;
  run.corrector = corrector_name(json);
  run.converged = json_flag(json, "converged");
  run.termination = json_text(json, "termination");
  if (const Json& failure = json_member(json, "failure"); !failure.is_null()) {
    run.failure = json_text(failure, "sentence");
  }
  if (json.contains("warnings")) run.warnings = json_texts(json, "warnings");
  run.effective_sweeps = json_number(json, "effective_sweeps");
  run.max_error = optional_json_number(json, "max_error");
  run.measured_speedup = optional_json_number(json, "measured_speedup");
  run.modelled_speedup = optional_json_number(json_member(json, "modelled"), "speedup");
  run.seconds = read_seconds(json_member(json, "seconds"));
  read_repeats(json, run);
  read_series(json, run);
  // Sweeps of other methods are not of slices from the first active one to the last.
  if (!is_by_method(run.corrector)) run.sweeps = read_sweeps(json, window_slices);
  return run;
}

/// "machine.cpu" and its value, for everything in the file that is not an object.
void flatten(const Json& json, const std::string& name, std::vector<std::pair<std::string, std::string>>& facts) {
  constexpr std::size_t most_facts = 200;
  if (facts.size() == most_facts || json.is_null() || name == "schema") return;
  if (!json.is_object()) {
    std::string value = json.is_string() ? json.get<std::string>() : json.dump();
    if (json.is_array() && std::all_of(json.begin(), json.end(), [](const Json& item) { return item.is_string(); })) {
      value.clear();
      for (const Json& word : json) value += (value.empty() ? "" : " ") + word.get<std::string>();
    }
    facts.emplace_back(name, value);
    return;
  }
  for (const auto& [key, value] : json.items()) flatten(value, name.empty() ? key : name + " " + key, facts);
}

States read_boundaries(const fs::path& path, const Experiment& experiment) {
  States boundaries = read_npy_matrix(path);
  if (boundaries.rows() == experiment.dimension() && boundaries.cols() == experiment.num_slices() + 1) {
    return boundaries;
  }
  throw FileError(path.string() + ": is of shape (" + std::to_string(boundaries.rows()) + ", " +
                  std::to_string(boundaries.cols()) + "), must be (" + std::to_string(experiment.dimension()) + ", " +
                  std::to_string(experiment.num_slices() + 1) + ") by the configuration beside it");
}

/// What the run's model is as a stencil, where it has one that can be drawn. Models with all samples of a long run may
/// be as large as a machine's memory: of large ones there is no picture.
std::optional<EffectiveStencil> read_stencil(const fs::path& path, const StateLayout& layout) {
  constexpr std::uintmax_t most_bytes = 100'000'000;
  std::error_code error;
  const std::uintmax_t bytes = fs::file_size(path, error);
  if (error || bytes > most_bytes) return std::nullopt;
  try {
    std::optional<EffectiveStencil> stencil = effective_stencil(load_model(path));
    if (stencil && stencil->fields.size() == layout.fields.size()) stencil->fields = layout.fields;
    return stencil;
  } catch (const std::invalid_argument& fault) {
    throw ModelFileError(path.string() + ": " + fault.what());
  }
}

}  // namespace

ReportedComparison read_run_directory(const fs::path& directory) {
  ReportedComparison comparison{.directory = directory,
                                .status = "ended",
                                .experiment = read_recorded_experiment(directory),
                                .num_threads = 1,
                                .verdict = {},
                                .has_won = false,
                                .disturbance = {},
                                .serial_fine_seconds = {},
                                .serial_fine = {},
                                .runs = {},
                                .provenance = {}};
  read_record(directory, comparison.experiment, [&](const Json& json) {
    if (json.contains("status")) comparison.status = json_text(json, "status");
    comparison.num_threads = recorded_threads(json);
    comparison.serial_fine_seconds = recorded_serial_seconds(json);
    read_verdict(json, comparison);
    for (const Json& run : json_array(json, "runs"))
      comparison.runs.push_back(read_run(run, comparison.experiment.window_slices()));
  });
  const auto boundaries = [&](const std::string& name) {
    return read_boundaries(directory / ("boundaries-" + name + ".npy"), comparison.experiment);
  };
  for (ReportedRun& run : comparison.runs) {
    const bool may_lack_states = comparison.status != "ended" && !run.converged;
    if (may_lack_states && !fs::exists(directory / ("boundaries-" + run.corrector + ".npy"))) continue;
    run.boundaries = boundaries(run.corrector);
  }
  const StateLayout layout = comparison.experiment.problem->layout();
  for (ReportedRun& run : comparison.runs)
    run.stencil = read_stencil(directory / ("model-" + run.corrector + ".safetensors"), layout);
  if (comparison.serial_fine_seconds) comparison.serial_fine = boundaries("serial-fine");
  read_json_file(directory / "provenance.json", [&](const Json& json) { flatten(json, "", comparison.provenance); });
  return comparison;
}

}  // namespace forerun
