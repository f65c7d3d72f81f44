#include "apps/forerun/html_report_record.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/forerun/html_report_json.h"
#include "apps/forerun/usage_error.h"
#include "core/errors.h"
#include "core/npy_file.h"
#include "core/read_file.h"

namespace forerun {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

double duration(const Json& json) {
  const double value = json_number(json);
  if (value >= 0.0 && std::isfinite(value)) return value;
  throw std::invalid_argument("has a time of " + json.dump() + " s: must be a number ≥ 0");
}

/// A series of the run, as long as its iterations; all NaN where an older record does not have it.
std::vector<double> series(const Json& run, const char* name, std::size_t length) {
  const auto found = run.find(name);
  if (found == run.end()) return std::vector<double>(length, std::nan(""));
  if (!found->is_array() || found->size() != length) {
    throw std::invalid_argument(std::string("has '") + name + "' that is not an array of a number an iteration");
  }
  std::vector<double> values;
  for (const Json& value : *found) values.push_back(json_number(value));
  return values;
}

PhaseSeconds read_seconds(const Json& json) {
  return {duration(json.at("total")), duration(json.at("fine")), duration(json.at("coarse")), duration(json.at("fit")),
          duration(json.at("predict"))};
}

/// Names become parts of file names: nothing but what names of correctors are made of.
std::string corrector_name(const Json& json) {
  auto name = json.get<std::string>();
  const bool good = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  if (!good) throw std::invalid_argument("has a corrector called " + json.dump() + ": must be of a-z, 0-9, - and _");
  return name;
}

void read_series(const Json& json, ReportedRun& run) {
  if (!json.at("increments").is_array()) throw std::invalid_argument("has 'increments' that are not an array");
  const std::size_t length = json.at("increments").size();
  run.increments = series(json, "increments", length);
  run.jumps = series(json, "jumps", length);
  run.errors = series(json, "errors", length);
  run.estimated_errors = series(json, "estimated_errors", length);
  run.predicted_correction_errors = series(json, "predicted_correction_errors", length);
  run.found_correction_errors = series(json, "found_correction_errors", length);
  run.exact_front = series(json, "exact_front", length);
  run.converged_front = series(json, "converged_front", length);
  run.fallbacks = series(json, "fallbacks", length);
  run.served_by.assign(length, run.corrector);
  if (const auto served = json.find("served_by"); served != json.end()) {
    run.served_by = served->get<std::vector<std::string>>();
  }
  if (run.served_by.size() != length) throw std::invalid_argument("has 'served_by' of another length than its series");
  run.levels.assign(length, 1.0);
  if (const auto history = json.find("history"); history != json.end()) {
    const Json& iterations = history->at("iterations");
    if (iterations.size() != length) throw std::invalid_argument("has a 'history' of another length than its series");
    for (std::size_t k = 0; k < length; ++k) run.levels[k] = json_number(iterations.at(k).at("level"));
  }
}

ReportedRun read_run(const Json& json) {
  ReportedRun run;
  run.corrector = corrector_name(json.at("corrector"));
  run.converged = json.at("converged").get<bool>();
  run.termination = json.at("termination").get<std::string>();
  if (const Json& failure = json.at("failure"); failure.is_object()) run.failure = failure.at("sentence");
  run.effective_sweeps = json_number(json.at("effective_sweeps"));
  run.max_error = optional_json_number(json.at("max_error"));
  run.measured_speedup = optional_json_number(json.at("measured_speedup"));
  run.modelled_speedup = optional_json_number(json.at("modelled").at("speedup"));
  run.seconds = read_seconds(json.at("seconds"));
  read_series(json, run);
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

Experiment read_experiment(const fs::path& config) {
  try {
    return make_experiment(ConfigDocument::read(config));
  } catch (const UsageError& error) {
    throw FileError(error.what());  // the message names the file and the line
  }
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

}  // namespace

ReportedComparison read_run_directory(const fs::path& directory) {
  ReportedComparison comparison{directory, read_experiment(directory / "config.toml"), 1, {}, {}, {}, {}};
  const fs::path record = directory / "record.json";
  read_json_file(record, [&](const Json& json) {
    if (json.at("schema") != "forerun.compare/1") throw std::invalid_argument("is not of schema forerun.compare/1");
    comparison.num_threads = std::max(1, json.at("threads").get<int>());
    comparison.serial_fine_seconds = optional_json_number(json.at("serial_fine_seconds"));
    for (const Json& run : json.at("runs")) comparison.runs.push_back(read_run(run));
  });
  if (comparison.runs.empty()) throw FileError(record.string() + ": has no runs");
  const auto boundaries = [&](const std::string& name) {
    return read_boundaries(directory / ("boundaries-" + name + ".npy"), comparison.experiment);
  };
  for (ReportedRun& run : comparison.runs) run.boundaries = boundaries(run.corrector);
  if (comparison.serial_fine_seconds) comparison.serial_fine = boundaries("serial-fine");
  read_json_file(directory / "provenance.json", [&](const Json& json) { flatten(json, "", comparison.provenance); });
  return comparison;
}

}  // namespace forerun
