#include "apps/forerun/run/run_directory.h"

#include <system_error>

#include "apps/forerun/config/config.h"
#include "apps/forerun/run/method_run.h"
#include "core/base/errors.h"
#include "core/base/plain_text.h"
#include "core/files/atomic_file.h"
#include "core/files/npy_file.h"

namespace forerun {
namespace {

namespace fs = std::filesystem;

constexpr const char* initial_state_name = "initial_state.npy";
constexpr const char* times_name = "times.npy";

std::string boundaries_name(const std::string& solver) { return "boundaries-" + solver + ".npy"; }
std::string output_name(const std::string& corrector) { return "output-" + corrector + ".npy"; }
constexpr const char* output_times_name = "output-times.npy";
std::string model_name(const std::string& corrector) { return "model-" + corrector + ".safetensors"; }

}  // namespace

void RunDirectory::require_usable(const fs::path& path) {
  std::error_code error;
  const bool exists = fs::exists(path, error);
  if (exists && !fs::is_directory(path, error)) throw FileError(path.string() + ": exists and is not a directory");
  if (exists && !fs::is_empty(path, error)) {
    throw FileError(path.string() + ": is not empty: results are never overwritten, name another directory");
  }
}

RunDirectory::RunDirectory(fs::path path, Content content) : path_(std::move(path)) {
  if (!path_.has_filename()) path_ = path_.parent_path();  // "out/" is "out"
  if (content == Content::none) require_usable(path_);
  std::error_code error;
  for (fs::path missing = path_; !missing.empty() && !fs::exists(missing, error); missing = missing.parent_path()) {
    made_.insert(made_.begin(), missing);
  }
  fs::create_directories(path_, error);
  if (error) throw FileError(path_.string() + ": cannot be made: " + error.message());
}

RunDirectory::~RunDirectory() {
  std::error_code ignored;
  // Only empty directories are removed.
  for (auto made = made_.rbegin(); made != made_.rend(); ++made) fs::remove(*made, ignored);
}

void RunDirectory::write_origin(const Experiment& experiment, const std::string& provenance) const {
  const bool is_own = experiment.config.has_own_initial_state();
  const auto initial_state = is_own ? std::optional<fs::path>(initial_state_name) : std::nullopt;
  write_file_atomically(path_ / "config.toml", to_toml(experiment.config, initial_state));
  if (is_own) write_npy(path_ / initial_state_name, experiment.initial);
  State times(experiment.num_slices() + 1);
  for (Index n = 0; n < times.size(); ++n) times[n] = experiment.grid.boundary(n);
  write_file_atomically(path_ / times_name, npy_bytes(times));
  write_file_atomically(path_ / "provenance.json", provenance);
}

fs::path RunDirectory::boundaries_file(const std::string& solver) const { return path_ / boundaries_name(solver); }
fs::path RunDirectory::output_file(const std::string& corrector) const { return path_ / output_name(corrector); }
fs::path RunDirectory::output_times_file() const { return path_ / output_times_name; }
fs::path RunDirectory::model_file(const std::string& corrector) const { return path_ / model_name(corrector); }

std::vector<std::string> RunDirectory::file_names(const Experiment& experiment, const ComparisonPlan& plan) {
  std::vector<std::string> names = {"config.toml", "provenance.json", "record.json", "iterations.csv", times_name};
  if (experiment.config.has_own_initial_state()) names.emplace_back(initial_state_name);
  if (plan.keep_output) names.emplace_back(output_times_name);
  if (plan.reference) names.push_back(boundaries_name("serial-fine"));
  for (const NamedChoice& corrector : plan.correctors) {
    names.push_back(boundaries_name(corrector.name));
    if (plan.keep_output) names.push_back(output_name(corrector.name));
    if (can_learn(corrector)) names.push_back(model_name(corrector.name));
  }
  return names;
}

std::string iterations_heading() {
  return "corrector,iteration,first_slice,exact_front,converged_front,increment,jump,error,fine_work,"
         "max_slice_fine_seconds,total_seconds,fine_seconds,coarse_seconds,fit_seconds,predict_seconds,served_by,"
         "fallbacks,window\n";
}

std::string iterations_row(const std::string& corrector, const IterationRecord& k) {
  PlainText text;
  text.precision(17);
  text << corrector << ',' << k.iteration << ',' << k.first_slice << ',' << k.exact_front << ',' << k.converged_front
       << ',' << k.increment << ',' << k.jump << ',';
  if (k.error) text << *k.error;
  text << ',' << k.fine_work << ',' << k.max_slice_fine_seconds() << ',' << k.seconds.total << ',' << k.seconds.fine
       << ',' << k.seconds.coarse << ',' << k.seconds.fit << ',' << k.seconds.predict << ',' << k.corrector << ','
       << k.num_fallbacks << ',' << k.window << '\n';
  return text.str();
}

std::string iterations_csv(const Comparison& comparison) {
  std::string text = iterations_heading();
  for (const CorrectorRun& run : comparison.runs) {
    for (const IterationRecord& iteration : run.record.iterations) {
      text += iterations_row(run.corrector.name, iteration);
    }
  }
  return text;
}

}  // namespace forerun
