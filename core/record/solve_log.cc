#include "core/record/solve_log.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <tuple>
#include <utility>

#include "core/base/errors.h"
#include "core/files/sealed_file.h"
#include "core/record/record_archive.h"

namespace forerun {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostContents = 4;
constexpr std::string_view kKind = "forerun solves 1";
constexpr std::string_view kPrefix = "solves-";
constexpr std::size_t kDigits = 6;

/// What a file begins with.
struct Head {
  Digest128 identity;
  double unfinished_seconds = 0.0;
};
static_assert(sizeof(Head) == 24);

enum Kind : std::uint64_t { kSolve, kInitialSweep, kIteration };

/// What each entry begins with.
struct Entry {
  std::uint64_t kind = 0;
  Digest128 key;
  std::uint64_t num_bytes = 0;  ///< that follow
};
static_assert(sizeof(Entry) == 32);

std::string_view view_of(const Head& head) { return {reinterpret_cast<const char*>(&head), sizeof head}; }

/// What a file's name says: whose it is, and which of these.
struct FileName {
  int process = 0;
  int number = 0;  ///< from 1; 0: it is none of the log's
};

std::string text_of(const FileName& name) {
  const std::string digits = std::to_string(name.number);
  const std::string process = name.process > 0 ? "p" + std::to_string(name.process) + "-" : "";
  return std::string(kPrefix) + process + std::string(kDigits - std::min(kDigits, digits.size()), '0') + digits;
}

/// A number of decimal digits; 0 where it is none.
int number_of(const std::string& digits) {
  constexpr std::size_t most_digits = 9;
  const bool is_number = !digits.empty() && digits.size() <= most_digits &&
                         std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  return is_number ? std::stoi(digits) : 0;
}

FileName file_name(const std::string& text) {
  if (!text.starts_with(kPrefix)) return {};
  const std::string rest = text.substr(kPrefix.size());
  if (!rest.starts_with('p')) return {0, number_of(rest)};
  const std::size_t end = rest.find('-');
  if (end == std::string::npos) return {};
  const int process = number_of(rest.substr(1, end - 1));
  return process > 0 ? FileName{process, number_of(rest.substr(end + 1))} : FileName{};
}

/// In all that does not depend on the clock and says how the iteration went.
bool is_repetition(const IterationRecord& now, const IterationRecord& before) {
  const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  return now.iteration == before.iteration && same(now.increment, before.increment) && same(now.jump, before.jump) &&
         now.exact_front == before.exact_front && now.converged_front == before.converged_front &&
         now.fine_work == before.fine_work && now.levels.size() == before.levels.size();
}

}  // namespace

SolveLog::SolveLog(fs::path directory, const Digest128& identity, SolveLogOptions options)
    : directory_(std::move(directory)), identity_(identity), options_(std::move(options)) {
  std::error_code error;
  fs::create_directories(directory_, error);
  if (error) throw FileError(directory_.string() + ": cannot be made: " + error.message());
  read_directory();
}

SolveLog::~SolveLog() = default;

void SolveLog::read_directory() {
  std::error_code error;
  std::vector<std::tuple<int, int, fs::path>> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory_, error)) {
    const FileName name = file_name(entry.path().filename().string());
    if (name.number > 0) found.emplace_back(name.number, name.process, entry.path());
  }
  if (error) throw FileError(directory_.string() + ": cannot be read: " + error.message());
  std::sort(found.begin(), found.end());
  for (const auto& [number, process, path] : found) {
    if (process == options_.process) next_number_ = number + 1;
    read_file_of_log(path, process == 0);
  }
  num_known_at_first_ = static_cast<Index>(known_.size());
  num_known_ = num_known_at_first_;
}

void SolveLog::read_file_of_log(const fs::path& path, bool has_record) {
  std::string content;
  try {
    content = read_sealed_file(path, kKind);
  } catch (const FileError& error) {
    return warn(std::string(error.what()) + ": what it kept is computed again");
  }
  Head head;
  if (content.size() < sizeof head) return warn(path.string() + ": is damaged: what it kept is computed again");
  std::memcpy(&head, content.data(), sizeof head);
  if (head.identity != identity_) throw FileError(path.string() + ": belongs to another run");
  files_.push_back(path);
  if (has_record) unfinished_ = head.unfinished_seconds;
  index(static_cast<std::uint32_t>(files_.size() - 1), content);
}

void SolveLog::index(std::uint32_t file, std::string_view content) {
  std::uint64_t offset = sizeof(Head);
  while (offset < content.size()) {
    Entry entry;
    if (content.size() - offset < sizeof entry) return;
    std::memcpy(&entry, content.data() + offset, sizeof entry);
    const std::uint64_t begin = offset + sizeof entry;
    if (entry.num_bytes > content.size() - begin) return;
    const std::string_view bytes = content.substr(begin, entry.num_bytes);
    if (entry.kind == kSolve) known_.emplace(entry.key, Place{file, offset});
    if (entry.kind == kInitialSweep && bytes.size() == sizeof(PhaseSeconds)) {
      std::memcpy(&past_initial_.emplace_back(), bytes.data(), sizeof(PhaseSeconds));
    }
    if (entry.kind == kIteration) {
      try {
        IterationRecord iteration = iteration_record(bytes);
        // One that is missing, in a damaged file, is repeated like those behind it.
        if (iteration.iteration == num_known_iterations() + 1) past_.push_back(std::move(iteration));
      } catch (const std::invalid_argument&) {
        return;
      }
    }
    offset = begin + entry.num_bytes;
  }
}

const std::string* SolveLog::content_of(std::uint32_t file) {
  for (const Content& content : contents_) {
    if (content.file == file) return &content.bytes;
  }
  try {
    Content content{file, read_sealed_file(files_[file], kKind)};
    if (contents_.size() == kMostContents) contents_.erase(contents_.begin());
    contents_.push_back(std::move(content));
    return &contents_.back().bytes;
  } catch (const FileError&) {
    return nullptr;
  }
}

bool SolveLog::recall(const Digest128& solve, StateOut out) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(solve);
  if (found == known_.end()) return false;
  const Place place = found->second;
  known_.erase(found);
  num_known_.store(static_cast<Index>(known_.size()), std::memory_order_relaxed);
  const std::string* content = content_of(place.file);
  if (content == nullptr || content->size() < place.offset + sizeof(Entry)) return false;
  Entry entry;
  std::memcpy(&entry, content->data() + place.offset, sizeof entry);
  const std::size_t num_bytes = sizeof(double) * static_cast<std::size_t>(out.size());
  const std::size_t begin = place.offset + sizeof entry;
  if (entry.key != solve || entry.num_bytes != num_bytes || content->size() - begin < num_bytes) return false;
  std::memcpy(out.data(), content->data() + begin, num_bytes);
  if (known_.empty()) contents_.clear();
  return true;
}

Digest128 SolveLog::key_of_step(Index iteration, Index step) {
  const std::array<std::int64_t, 2> place{iteration, step};
  return digest128(place.data(), sizeof place);
}

bool SolveLog::is_worth_keeping(double seconds, Index dimension) const {
  return seconds >= options_.least_seconds &&
         sizeof(double) * static_cast<double>(dimension) <= seconds * options_.most_bytes_per_second;
}

void SolveLog::keep(const Digest128& solve, const StateView& result) {
  if (!result.allFinite()) return;
  bool has_to_wait = false;
  {
    const std::lock_guard lock(mutex_);
    append(kSolve, solve, result.data(), sizeof(double) * static_cast<std::size_t>(result.size()));
    const bool late = options_.period_seconds > 0.0 && since_write_.seconds() >= options_.period_seconds;
    if (!late && waiting_.size() < options_.most_waiting_bytes) return;
    // Who computes faster than the disk takes it must wait for it at last.
    if (waiting_.size() > 4 * options_.most_waiting_bytes) has_to_wait = true;
  }
  std::unique_lock writing(writing_mutex_, std::defer_lock);
  if (has_to_wait) writing.lock();
  if (writing.owns_lock() || writing.try_lock()) write_waiting();
}

void SolveLog::append(std::uint64_t kind, const Digest128& key, const void* bytes, std::size_t count) {
  const Entry entry{kind, key, count};
  waiting_.append(reinterpret_cast<const char*>(&entry), sizeof entry);
  waiting_.append(static_cast<const char*>(bytes), count);
}

void SolveLog::end_initial_sweep(PhaseSeconds& seconds) {
  const std::lock_guard lock(mutex_);
  if (const std::size_t window = num_initial_++; window < past_initial_.size()) {
    seconds = past_initial_[window];
  } else {
    if (options_.process == 0) append(kInitialSweep, {}, &seconds, sizeof seconds);
  }
  since_iteration_ = Stopwatch();
}

void SolveLog::end_iteration(IterationRecord& iteration) {
  bool has_to_write = false;
  {
    const std::lock_guard lock(mutex_);
    const auto k = static_cast<std::size_t>(iteration.iteration - 1);
    if (k < past_.size() && is_repetition(iteration, past_[k])) {
      iteration.seconds = past_[k].seconds;
      iteration.levels = past_[k].levels;
    } else {
      if (k < past_.size()) {
        warn("iteration " + std::to_string(iteration.iteration) +
             " does not come out as it did: the solvers or this machine compute otherwise than when the checkpoint "
             "was left");
        past_.resize(k);
      }
      if (k == past_.size()) {
        iteration.seconds.total += unfinished_;
        iteration.seconds.fine += unfinished_;
        unfinished_ = 0.0;
      }
      const std::string bytes = to_bytes(iteration);
      if (options_.process == 0) append(kIteration, {}, bytes.data(), bytes.size());
      has_to_write = since_write_.seconds() >= options_.period_seconds;
    }
    since_iteration_ = Stopwatch();
  }
  if (has_to_write) write();
}

void SolveLog::write() {
  const std::lock_guard writing(writing_mutex_);
  write_waiting();
}

void SolveLog::write_waiting() {
  std::string entries;
  double unfinished = 0.0;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return;
    entries.swap(waiting_);
    unfinished = unfinished_seconds();
    since_write_ = Stopwatch();
  }
  write_file(entries, unfinished);
}

void SolveLog::write_file(const std::string& entries, double unfinished) {
  try {
    write_sealed_file(directory_ / text_of({options_.process, next_number_}), kKind, view_of({identity_, unfinished}),
                      entries);
    ++next_number_;
  } catch (const FileError& error) {
    if (!std::exchange(has_warned_, true)) warn(std::string(error.what()) + "; the run goes on, resume repeats more");
  }
}

void SolveLog::warn(const std::string& sentence) const {
  if (options_.warn) options_.warn(sentence);
}

}  // namespace forerun
