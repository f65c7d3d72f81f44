#include "apps/forerun/run/run_journal.h"

#include <spdlog/logger.h>

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

#include "apps/forerun/cli/printable.h"
#include "apps/forerun/record/report_json.h"
#include "core/base/errors.h"
#include "core/base/stopwatch.h"
#include "core/files/atomic_file.h"
#include "core/files/npy_file.h"
#include "core/files/read_file.h"

namespace forerun {
namespace {

constexpr double kLeastPause = 1.0;  // seconds between two records
constexpr double kPauseShare = 50.0;

/// A copy without its states: they are large, and have files of their own.
template <class Record>
Record without_states(Record record) {
  record.boundaries.resize(0, 0);
  return record;
}

std::optional<OutputPass> without_states(const std::optional<OutputPass>& output) {
  if (!output || !output->found) return output;
  IntermediateStates cost;
  cost.seconds = output->found->seconds;
  cost.fine_passes = output->found->fine_passes;
  return OutputPass{.found = std::move(cost), .failure = {}};
}

CorrectorRun without_states(const CorrectorRun& run) {
  return {.corrector = run.corrector,
          .record = without_states(run.record),
          .warm = run.warm,
          .model = {},
          .measured_speedup = run.measured_speedup,
          .modelled = run.modelled,
          .timings = run.timings,
          .output = without_states(run.output)};
}

/// Does all of `writes`: what was computed is not lost because one of its places fails. Throws the first failure.
void attempt_all(const std::vector<std::function<void()>>& writes) {
  std::exception_ptr first;
  for (const auto& write : writes) {
    try {
      write();
    } catch (const FileError&) {
      if (!first) first = std::current_exception();
    }
  }
  if (first) std::rethrow_exception(first);
}

}  // namespace

/// Sees the run under way.
class RunJournal::Inside final : public IterationObserver {
 public:
  explicit Inside(RunJournal& journal) : journal_(journal) {}

  void on_window(Index window, Index num_windows) override {
    const std::lock_guard lock(journal_.mutex_);
    RunRecord& record = journal_.so_far_.runs.back().record;
    record.num_windows = num_windows;
    record.last_window = window;
  }

  void on_start(Index /*num_slices*/, const States& boundaries) override {
    const std::lock_guard lock(journal_.mutex_);
    journal_.iterate_ = &boundaries;
  }

  void on_iteration(const IterationRecord& iteration, const States& boundaries) override {
    const std::lock_guard lock(journal_.mutex_);
    CorrectorRun& run = journal_.so_far_.runs.back();
    run.record.iterations.push_back(iteration);
    run.record.seconds += iteration.seconds;
    journal_.iterate_ = &boundaries;
    journal_.is_pending_ = true;
    journal_.try_to([&] {
      if (journal_.iterations_) journal_.iterations_->append(iterations_row(run.corrector.name, iteration));
    });
    journal_.changed_.notify_all();
  }

  void on_boundaries_outdated() override {
    const std::lock_guard lock(journal_.mutex_);
    journal_.iterate_ = nullptr;
  }

 private:
  RunJournal& journal_;
};

RunJournal::RunJournal(Places places, const Experiment& experiment, const std::optional<WarmStart>& warm_start,
                       spdlog::logger& logger, TimeCommunicator* communicator)
    : places_(std::move(places)),
      experiment_(experiment),
      warm_start_(warm_start),
      logger_(logger),
      is_first_(communicator == nullptr || communicator->rank() == 0),
      inside_(std::make_unique<Inside>(*this)) {
  so_far_.running = true;
  if (places_.directory == nullptr) return;
  results_.emplace(*places_.directory, experiment, communicator);
  if (!is_first_) return;
  iterations_.emplace(places_.directory->iterations_file());
  iterations_->append(iterations_heading());
  write_record(so_far_);
  follower_ = std::jthread([this](const std::stop_token& stop) { follow(stop); });
}

RunJournal::~RunJournal() = default;

void RunJournal::on_reference(const SerialSolution& serial_fine) {
  if (results_) try_to([&] { results_->write_reference(serial_fine); });
  const std::lock_guard lock(mutex_);
  so_far_.serial_fine = without_states(serial_fine);
  is_pending_ = true;
  changed_.notify_all();
}

IterationObserver* RunJournal::on_begin(const CorrectorRun& run) {
  const std::lock_guard lock(mutex_);
  so_far_.runs.push_back(without_states(run));
  is_pending_ = true;
  changed_.notify_all();
  return inside_.get();
}

void RunJournal::on_solved(const CorrectorRun& run) {
  if (results_) try_to([&] { results_->write_states(run); });
  const std::lock_guard lock(mutex_);
  so_far_.runs.back() = without_states(run);
}

void RunJournal::on_end(const CorrectorRun& run) {
  if (results_) try_to([&] { results_->write_output(run); });
  if (results_) try_to([&] { results_->write_model(run); });
  const std::lock_guard lock(mutex_);
  so_far_.runs.back() = without_states(run);
  is_pending_ = true;
  changed_.notify_all();
}

std::string RunJournal::on_abandon(const SliceFailure& failure) {
  return keep(Termination::propagator_failed, failure);
}

std::string RunJournal::keep() { return keep(Termination::interrupted, std::nullopt); }

std::string RunJournal::keep(Termination termination, const std::optional<SliceFailure>& failure) {
  // Held throughout: the run under way must not change its iterate meanwhile.
  const std::lock_guard lock(mutex_);
  Comparison comparison = so_far_;
  comparison.running = false;
  comparison.interrupted = termination == Termination::interrupted;
  const bool in_run = !comparison.runs.empty() && comparison.runs.back().record.termination == Termination::running;
  if (in_run) {
    comparison.runs.back().record.termination = termination;
    comparison.runs.back().record.failure = failure;
  }
  std::vector<std::string> kept;
  std::string failed;
  const auto attempt = [&](const std::filesystem::path& place, const std::function<void()>& write) {
    try {
      write();
      kept.push_back(place.string());
    } catch (const FileError& error) {
      failed += std::string("; ") + error.what();
    }
  };
  const std::lock_guard writing(writing_mutex_);
  is_closed_ = true;
  const std::string json = comparison_json(comparison, experiment_, warm_start_);
  if (places_.directory != nullptr && is_first_) {
    const RunDirectory& directory = *places_.directory;
    attempt(directory.path(), [&] {
      write_file_atomically(directory.record_file(), json);
      const bool is_whole = iterate_ != nullptr && iterate_->cols() == experiment_.num_slices() + 1;
      if (in_run && is_whole) {
        write_npy(directory.boundaries_file(comparison.runs.back().corrector.name), *iterate_);
      }
    });
  }
  if (places_.json_file) attempt(*places_.json_file, [&] { write_file_atomically(*places_.json_file, json); });
  std::string text;
  for (const std::string& place : kept) text += (text.empty() ? "what was reached is in " : " and ") + place;
  return text + failed;
}

/// Writes the record when there is more to say, and then pauses.
void RunJournal::follow(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  // What could not be written stays pending: without the second condition a full disk would keep the loop for ever.
  while (changed_.wait(lock, stop, [this] { return is_pending_; }) && !stop.stop_requested()) {
    is_pending_ = false;
    const Comparison comparison = so_far_;
    lock.unlock();
    const Stopwatch watch;
    const bool written = try_to([&] { write_record(comparison); });
    const double pause = std::max(kLeastPause, kPauseShare * watch.seconds());
    lock.lock();
    is_pending_ = is_pending_ || !written;
    changed_.wait_for(lock, stop, std::chrono::duration<double>(pause), [] { return false; });
  }
}

void RunJournal::write_record(const Comparison& comparison) {
  const std::lock_guard lock(writing_mutex_);
  if (is_closed_) return;
  write_file_atomically(places_.directory->record_file(), comparison_json(comparison, experiment_, warm_start_));
}

bool RunJournal::try_to(const std::function<void()>& write) {
  try {
    write();
    return true;
  } catch (const FileError& error) {
    if (!has_warned_.exchange(true)) logger_.warn("{}: is tried again at the end", printable(error.what()));
    return false;
  }
}

void RunJournal::write_iterations(const Comparison& comparison) {
  const std::string csv = iterations_csv(comparison);
  // Else a row was lost, or was not known to the end when it was written.
  if (read_file(places_.directory->iterations_file()) != csv) {
    write_file_atomically(places_.directory->iterations_file(), csv);
  } else {
    iterations_->sync();
  }
}

void RunJournal::finish(const Comparison& comparison) {
  if (follower_.joinable()) {
    follower_.request_stop();
    follower_.join();
  }
  std::vector<std::function<void()>> writes;
  const std::string json = comparison_json(comparison, experiment_, warm_start_);
  if (iterations_) {
    writes.push_back([&] { write_file_atomically(places_.directory->record_file(), json); });
    writes.push_back([&] { write_iterations(comparison); });
  }
  if (results_) {
    if (comparison.has_reference()) writes.push_back([&] { results_->write_reference(*comparison.serial_fine); });
    for (const CorrectorRun& run : comparison.runs) {
      writes.push_back([&] { results_->write_states(run); });
      writes.push_back([&] { results_->write_output(run); });
      writes.push_back([&] { results_->write_model(run); });
    }
  }
  if (places_.json_file) writes.push_back([&] { write_file_atomically(*places_.json_file, json); });
  attempt_all(writes);
}

}  // namespace forerun
