#include "apps/forerun/bench/bench_configs.h"

#include <algorithm>
#include <cmath>
#include <system_error>
#include <utility>

#include "apps/forerun/bench/bench_machine.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/method.h"
#include "apps/forerun/run/comparison.h"
#include "core/base/errors.h"

namespace forerun {
namespace {

namespace fs = std::filesystem;

/// By the method or the corrector that the configuration names, beside the serial solution.
Comparison run_as_it_is(const Experiment& experiment, const Console& console, spdlog::logger& logger,
                        std::stop_token stop) {
  const RunConfig& config = experiment.config;
  ComparisonPlan plan;
  plan.correctors = {config.method.name == kParareal ? choose_corrector(config, config.corrector.name) : config.method};
  plan.reference = true;
  plan.quiet = true;
  return carry_out(plan, experiment, console, logger, std::move(stop));
}

void add(const std::string& name, const Experiment& experiment, const Comparison& comparison, BenchReport& report) {
  const CorrectorRun& run = comparison.runs.front();
  const RunRecord& record = run.record;
  const bool is_known = comparison.has_reference();
  const double serial_seconds = is_known ? comparison.serial_fine->seconds : std::nan("");
  const double error =
      is_known ? largest_error(experiment, record.boundaries, comparison.serial_fine->boundaries) : std::nan("");
  const std::string ended(to_string(record.termination));
  report.summary.push_back({name, run.corrector.name, std::to_string(experiment.num_slices()),
                            std::to_string(record.num_iterations()), format_scientific(error),
                            format_duration(serial_seconds), format_duration(record.seconds.total), ended});
  report.measurements.push_back({name, run.corrector.name, static_cast<double>(experiment.dimension()),
                                 static_cast<double>(experiment.num_slices()),
                                 static_cast<double>(record.num_iterations()), error, serial_seconds,
                                 record.seconds.total, ended});
  if (record.converged()) return;
  report.missed.push_back(name + ": has not converged, but ended as '" + ended + "'");
  report.all_converged = false;
}

}  // namespace

std::vector<fs::path> configurations_in(const fs::path& directory, const std::vector<std::string>& only) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() == ".toml") names.push_back(entry->path().stem().string());
  }
  if (error) throw FileError(directory.string() + ": " + error.message());
  if (names.empty()) throw FileError(directory.string() + ": has no configuration (*.toml)");
  std::sort(names.begin(), names.end());
  for (const std::string& name : only) {
    if (!std::binary_search(names.begin(), names.end(), name)) {
      throw UsageError(directory.string() + ": unknown configuration '" + name + "': " + suggestion(name, names));
    }
  }
  std::vector<fs::path> paths;
  for (const std::string& name : names) {
    if (only.empty() || std::find(only.begin(), only.end(), name) != only.end()) {
      paths.push_back(directory / (name + ".toml"));
    }
  }
  return paths;
}

BenchReport bench_configs(const std::vector<fs::path>& configurations, const Console& console, spdlog::logger& logger,
                          std::stop_token stop) {
  BenchReport report;
  report.name = "configs";
  report.heading = "configurations as they are on " + machine_text() + ", one run of each";
  report.summary_columns = {"configuration", "corrector", "slices", "K", "error", "serial fine", "run", "ended"};
  report.columns = {"configuration", "corrector",      "dimension",     "slices", "iterations",
                    "max_error",     "serial_seconds", "total_seconds", "ended"};
  report.legend = {"K iterations; error: largest against serial fine stepping, in the norm of the run; of chaotic",
                   "problems it grows with time, whatever the tolerance."};
  report.warnings = load_warnings();
  for (const fs::path& path : configurations) {
    if (stop.stop_requested()) break;
    const std::string name = path.stem().string();
    logger.info("{}", name);
    const Experiment experiment = make_experiment(ConfigDocument::read(path));
    const Comparison comparison = run_as_it_is(experiment, console, logger, stop);
    if (comparison.interrupted || comparison.runs.empty()) break;
    add(name, experiment, comparison, report);
  }
  report.interrupted = stop.stop_requested();
  return report;
}

}  // namespace forerun
