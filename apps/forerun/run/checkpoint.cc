#include "apps/forerun/run/checkpoint.h"

#include <spdlog/logger.h>

#include <system_error>
#include <type_traits>
#include <utility>

#include "apps/forerun/cli/build.h"
#include "apps/forerun/cli/printable.h"
#include "core/base/errors.h"
#include "core/files/atomic_file.h"
#include "core/files/byte_archive.h"
#include "core/files/digest.h"
#include "core/files/read_file.h"
#include "core/files/sealed_file.h"
#include "core/record/record_archive.h"
#include "learning/files/model_file.h"

namespace forerun {

namespace fs = std::filesystem;

/// A structure, to be saved, or restored; all of its members, or it does not compile.
template <class Archive, class Key>
requires std::same_as<std::remove_const_t<Key>, Digest128>
void fields(Archive& archive, Key& key) {
  auto& [low, high] = key;
  archive(low, high);
}

template <class Archive, class Plan>
requires std::same_as<std::remove_const_t<Plan>, LadderPlan>
void fields(Archive& archive, Plan& plan) {
  auto& [steps, difference, rate, work] = plan;
  archive(steps, difference, rate, work);
}

template <class Archive, class Planned>
requires std::same_as<std::remove_const_t<Planned>, PlannedLevels>
void fields(Archive& archive, Planned& planned) {
  auto& [plan, seconds] = planned;
  archive(plan, seconds);
}

template <class Archive, class Request>
requires std::same_as<std::remove_const_t<Request>, CheckpointedRequest>
void fields(Archive& archive, Request& request) {
  auto& [command, correctors, reference, model, model_place, save_model, json, model_digest, configuration_digest,
         initial_state_digest, planned] = request;
  archive(command, correctors, reference, model, model_place, save_model, json, model_digest, configuration_digest,
          initial_state_digest, planned);
}

namespace {

constexpr std::string_view kRequestKind = "forerun request1";
constexpr std::string_view kFinishedKind = "forerun finish 2";
constexpr const char* kReference = "serial-fine";

fs::path checkpoint_of(const fs::path& run_directory) { return run_directory / "checkpoint"; }
fs::path request_file(const fs::path& directory) { return directory / "request"; }
std::string finished_name(const std::string& name) { return name + ".finished"; }
std::string states_name(const std::string& name) { return name + ".npy"; }
std::string checkpoint_model_name(const std::string& corrector) { return corrector + ".safetensors"; }

/// Programs that differ in it may compute other bits.
std::string build_text() { return std::string(build::version) + " (" + build::compiler + ", " + build::flags + ")"; }

std::optional<std::string> absolute(const std::optional<fs::path>& path) {
  return path ? std::optional(fs::absolute(*path).string()) : std::nullopt;
}

std::string file_digest(const fs::path& file) { return digest(read_file(file)); }

CheckpointedRequest checkpointed(const fs::path& run_directory, const SolveRequest& request,
                                 const Experiment& experiment, const ComparisonPlan& plan) {
  CheckpointedRequest kept;
  kept.command = request.command;
  for (const NamedChoice& corrector : plan.correctors) kept.correctors.push_back(corrector.name);
  kept.reference = plan.reference;
  if (request.model) {
    kept.model = request.model->string();
    kept.model_place = absolute(request.model);
    kept.model_digest = file_digest(*request.model);
  }
  kept.save_model = absolute(request.save_model);
  if (request.json && *request.json != "-") kept.json = absolute(fs::path(*request.json));
  kept.configuration_digest = file_digest(run_directory / "config.toml");
  if (experiment.config.has_own_initial_state()) {
    kept.initial_state_digest = file_digest(run_directory / "initial_state.npy");
  }
  kept.planned = experiment.planned;
  return kept;
}

void require_unchanged(const fs::path& file, const std::string& expected) {
  if (file_digest(file) == expected) return;
  throw FileError(file.string() +
                  ": is not what the run was started with, so its checkpoint is of no use; start the run again");
}

}  // namespace

Checkpoint::Checkpoint(const fs::path& run_directory, const SolveRequest& request, const Experiment& experiment,
                       const ComparisonPlan& plan, spdlog::logger& logger)
    : directory_(checkpoint_of(run_directory)), period_seconds_(experiment.config.checkpoint_seconds), logger_(logger) {
  std::error_code error;
  fs::create_directories(directory_, error);
  if (error) throw FileError(directory_.string() + ": cannot be made: " + error.message());
  lock_ = std::make_unique<DirectoryLock>(directory_ / "lock", DirectoryLock::Wait::no);
  ByteWriter writer;
  writer(build_text(), checkpointed(run_directory, request, experiment, plan));
  request_ = std::move(writer.bytes);
  write_sealed_file(request_file(directory_), kRequestKind, request_);
}

Checkpoint::Checkpoint(const fs::path& run_directory, double period_seconds, spdlog::logger& logger)
    : directory_(checkpoint_of(run_directory)),
      period_seconds_(period_seconds),
      logger_(logger),
      lock_(std::make_unique<DirectoryLock>(directory_ / "lock", DirectoryLock::Wait::no)),
      request_(read_sealed_file(request_file(directory_), kRequestKind)) {
  remove_unfinished_files(run_directory);
  remove_unfinished_files(directory_);
}

Checkpoint::Checkpoint(const fs::path& run_directory, double period_seconds, int process, spdlog::logger& logger)
    : directory_(checkpoint_of(run_directory)),
      period_seconds_(period_seconds),
      process_(process),
      logger_(logger),
      request_(read_sealed_file(request_file(directory_), kRequestKind)) {}

Checkpoint::~Checkpoint() = default;

bool Checkpoint::exists(const fs::path& run_directory) {
  std::error_code ignored;
  return fs::exists(request_file(checkpoint_of(run_directory)), ignored);
}

CheckpointedRequest Checkpoint::read_request(const fs::path& run_directory) {
  const fs::path file = request_file(checkpoint_of(run_directory));
  const std::string bytes = read_sealed_file(file, kRequestKind);
  std::string built;
  CheckpointedRequest request;
  try {
    ByteReader reader(bytes);
    reader(built);
    if (built == build_text()) reader(request);
  } catch (const std::invalid_argument& error) {
    throw FileError(file.string() + ": " + error.what());
  }
  if (built != build_text()) {
    throw FileError(file.string() + ": was left by Forerun " + built + ", this is " + build_text() +
                    ": another build may compute other bits; start the run again");
  }
  require_unchanged(run_directory / "config.toml", request.configuration_digest);
  if (!request.initial_state_digest.empty()) {
    require_unchanged(run_directory / "initial_state.npy", request.initial_state_digest);
  }
  if (request.model_place) require_unchanged(*request.model_place, request.model_digest);
  return request;
}

SolveLog& Checkpoint::begin(const std::string& name) {
  SolveLogOptions options;
  options.period_seconds = period_seconds_;
  options.process = process_;
  options.warn = [this](const std::string& sentence) { warn(sentence); };
  const std::string belongs_to = request_ + name;
  auto log = std::make_unique<SolveLog>(directory_ / name, digest128(belongs_to.data(), belongs_to.size()),
                                        std::move(options));
  if (log->num_known_iterations() > 0 || log->num_known_solves() > 0) {
    logger_.info("{} goes on with {} solves and {} iterations kept", name, log->num_known_solves(),
                 log->num_known_iterations());
  }
  const std::lock_guard lock(mutex_);
  log_ = std::move(log);
  return *log_;
}

void Checkpoint::write() {
  const std::lock_guard lock(mutex_);
  if (log_) log_->write();
}

std::optional<SerialSolution> Checkpoint::finished_reference(const BoundaryFiles& files) const {
  return restored(kReference, files, [&](const std::string& bytes) {
    SerialSolution solution;
    std::vector<Digest128> digests;
    ByteReader reader(bytes);
    reader(digests, solution.seconds);
    solution.boundaries = files.read(file(states_name(kReference)), digests);
    return solution;
  });
}

std::optional<FinishedRun> Checkpoint::finished(const std::string& corrector, const BoundaryFiles& files) const {
  return restored(corrector, files, [&](const std::string& bytes) {
    bool has_model = false;
    std::vector<Digest128> digests;
    ByteReader reader(bytes);
    reader(has_model, digests);
    FinishedRun run{run_record(reader.take(reader.left())), {}};
    run.record.boundaries = files.read(file(states_name(corrector)), digests);
    run.record.first_boundary = files.first_held();
    if (has_model) run.model = load_model(file(checkpoint_model_name(corrector)));
    return run;
  });
}

void Checkpoint::finish_reference(const SerialSolution& solution, const BoundaryFiles& files) {
  if (solution.interrupted || solution.failure) return write();
  if (!keep_states(kReference, solution.boundaries, files)) return;
  ByteWriter writer;
  writer(files.digests(solution.boundaries), solution.seconds);
  if (process_ > 0) return close();
  keep_finished(kReference, writer.bytes);
}

void Checkpoint::finish(const CorrectorRun& run, const BoundaryFiles& files) {
  const Termination end = run.record.termination;
  if (end == Termination::interrupted || end == Termination::propagator_failed) return write();
  if (!keep_states(run.corrector.name, run.record.boundaries, files)) return;
  ByteWriter writer;
  writer(run.model.has_value(), files.digests(run.record.boundaries));
  if (process_ > 0) return close();
  try {
    if (run.model) save_model(file(checkpoint_model_name(run.corrector.name)), *run.model);
  } catch (const FileError& error) {
    return warn(std::string(error.what()) + "; the run goes on");
  }
  RunRecord without_states = run.record;
  without_states.boundaries.resize(0, 0);
  keep_finished(run.corrector.name, writer.bytes + to_bytes(without_states));
}

bool Checkpoint::keep_states(const std::string& name, const States& held, const BoundaryFiles& files) {
  try {
    files.write(file(states_name(name)), held);
    return true;
  } catch (const FileError& error) {
    warn(std::string(error.what()) + "; the run goes on");
    return false;
  }
}

void Checkpoint::keep_finished(const std::string& name, const std::string& bytes) {
  try {
    write_sealed_file(file(finished_name(name)), kFinishedKind, request_, bytes);
  } catch (const FileError& error) {
    return warn(std::string(error.what()) + "; the run goes on");
  }
  const std::lock_guard lock(mutex_);
  log_.reset();
  std::error_code ignored;
  fs::remove_all(file(name), ignored);
}

template <class Restore>
auto Checkpoint::restored(const std::string& name, const BoundaryFiles& files, const Restore& restore) const
    -> std::optional<decltype(restore(std::string()))> {
  const fs::path place = file(finished_name(name));
  std::optional<decltype(restore(std::string()))> mine;
  std::string complaint;
  try {
    std::error_code ignored;
    if (fs::exists(place, ignored)) {
      const std::string bytes = read_sealed_file(place, kFinishedKind);
      if (!bytes.starts_with(request_)) throw FileError(place.string() + ": belongs to another run");
      mine = restore(bytes.substr(request_.size()));
    }
  } catch (const FileError& error) {
    complaint = error.what();
  } catch (const ModelFileError& error) {
    complaint = error.what();
  } catch (const std::invalid_argument& error) {
    complaint = place.string() + ": " + error.what();
  }
  const bool is_of_all = files.all_agree(mine.has_value());
  if (mine && !is_of_all) complaint = place.string() + ": another process cannot read its part";
  if (!complaint.empty()) warn(complaint + ": it is computed again");
  if (!is_of_all) mine.reset();
  return mine;
}

/// The first process removes the log.
void Checkpoint::close() {
  const std::lock_guard lock(mutex_);
  log_.reset();
}

void Checkpoint::remove() {
  if (process_ > 0) return close();
  const std::lock_guard lock(mutex_);
  log_.reset();
  std::error_code ignored;
  fs::remove(request_file(directory_), ignored);  // first: without it there is no checkpoint
  fs::remove_all(directory_, ignored);
}

void Checkpoint::warn(const std::string& sentence) const { logger_.warn("{}", printable(sentence)); }

}  // namespace forerun
