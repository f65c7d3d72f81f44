#include "core/execution/mpi_processes.h"

// MPI's own C++ classes are gone from its standard, and would have to be linked.
#define OMPI_SKIP_MPICXX
#define MPICH_SKIP_MPICXX
#include <mpi.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <limits>
#include <list>
#include <map>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/stop_scope.h"
#include "core/base/stopwatch.h"

namespace forerun {
namespace {

constexpr int kNumbersTag = 1, kEndTag = 2, kProgressTag = 3;
constexpr std::size_t kFewNumbers = std::size_t{1} << 16;
// Seconds that a process waits for others after one has failed: for a message that may still be on its way, and at the
// end, when the first one may be writing what there is.
constexpr double kPatience = 5.0, kLastPatience = 30.0;
// Seconds between two words about progress of one process; of more than so many processes, longer in proportion.
constexpr double kBetweenWords = 0.1, kManyProcesses = 64.0;

/// Between two looks at what is awaited: none at first, then the core is given to who wants it, and what takes longer
/// than messages do is slept for, so that processes that wait leave the cores to those that compute.
class Pause {
 public:
  void operator()() {
    constexpr int tight = 50;
    constexpr double yielding = 2e-3, share = 0.05, least = 50e-6, most = 200e-6;  // seconds
    if (++num_ < tight) return;
    const double waited = watch_.seconds();
    if (waited < yielding) {
      std::this_thread::yield();
      return;
    }
    std::this_thread::sleep_for(std::chrono::duration<double>(std::clamp(share * waited, least, most)));
  }

 private:
  Stopwatch watch_;
  int num_ = 0;
};

/// What a process says when it leaves a run, and again at its end.
struct EndNote {
  bool is_last = false;
  bool has_failed = false;
  bool is_in_doubt = false;  ///< something that was awaited has been given up
  int status = 0;
  std::string reason;
};

std::string bytes_of(const EndNote& note) {
  std::string bytes = {note.is_last ? '1' : '0', note.has_failed ? '1' : '0', note.is_in_doubt ? '1' : '0'};
  bytes.append(reinterpret_cast<const char*>(&note.status), sizeof note.status);
  return bytes + note.reason;
}

EndNote end_note(const std::string& bytes) {
  EndNote note{bytes[0] == '1', bytes[1] == '1', bytes[2] == '1', 0, bytes.substr(3 + sizeof note.status)};
  std::memcpy(&note.status, bytes.data() + 3, sizeof note.status);
  return note;
}

int count_of(std::size_t number) {
  if (number > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw std::runtime_error("a message of " + std::to_string(number) + " parts: more than MPI counts");
  }
  return static_cast<int>(number);
}

class MpiCommunicator final : public TimeCommunicator {
 public:
  MpiCommunicator() {
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    ended_.resize(static_cast<std::size_t>(size_));
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  void send(int to, std::span<const double> numbers) override {
    require_all();
    release_sent();
    Sent& sent = sent_.emplace_back();
    sent.numbers.assign(numbers.begin(), numbers.end());
    MPI_Isend(sent.numbers.data(), count_of(numbers.size()), MPI_DOUBLE, to, kNumbersTag, MPI_COMM_WORLD,
              &sent.request);
  }

  void receive(int from, std::span<double> numbers) override {
    require_all();
    std::vector<double>& buffer = buffers_.emplace_back(numbers.size());
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Irecv(buffer.data(), count_of(buffer.size()), MPI_DOUBLE, from, kNumbersTag, MPI_COMM_WORLD, &request);
    wait(request);
    std::copy(buffer.begin(), buffer.end(), numbers.begin());
    buffers_.clear();
  }

  std::vector<std::string> gather(std::string_view bytes) override {
    require_all();
    const std::vector<int> counts = shared_counts(count_of(bytes.size()));
    std::vector<int> begins(counts.size() + 1, 0);
    for (std::size_t r = 0; r < counts.size(); ++r)
      begins[r + 1] = count_of(std::size_t(begins[r]) + std::size_t(counts[r]));
    std::vector<double>& given = buffers_.emplace_back(doubles_for(bytes.size()));
    std::vector<double>& taken = buffers_.emplace_back(doubles_for(std::size_t(begins.back())));
    if (!bytes.empty()) std::memcpy(given.data(), bytes.data(), bytes.size());
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Iallgatherv(given.data(), counts[static_cast<std::size_t>(rank_)], MPI_BYTE, taken.data(), counts.data(),
                    begins.data(), MPI_BYTE, MPI_COMM_WORLD, &request);
    wait(request);
    std::vector<std::string> all;
    const char* const first = reinterpret_cast<const char*>(taken.data());
    for (std::size_t r = 0; r < counts.size(); ++r) all.emplace_back(first + begins[r], std::size_t(counts[r]));
    buffers_.clear();
    return all;
  }

  void share(std::span<double> values, std::span<const Index> begins) override {
    require_all();
    std::vector<int> counts;
    std::vector<int> places;
    for (std::size_t r = 0; r + 1 < begins.size(); ++r) {
      counts.push_back(count_of(static_cast<std::size_t>(begins[r + 1] - begins[r])));
      places.push_back(count_of(static_cast<std::size_t>(begins[r])));
    }
    std::vector<double>& all = buffers_.emplace_back(values.begin(), values.end());
    if (all.size() < kFewNumbers) {
      gather_and_spread(all, counts, places);
    } else {
      MPI_Request request = MPI_REQUEST_NULL;
      MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, all.data(), counts.data(), places.data(), MPI_DOUBLE,
                      MPI_COMM_WORLD, &request);
      wait(request);
    }
    std::copy(all.begin(), all.end(), values.begin());
    buffers_.clear();
  }

  void maximize(std::span<double> values) override {
    require_all();
    std::vector<double>& all = buffers_.emplace_back(values.begin(), values.end());
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Iallreduce(MPI_IN_PLACE, all.data(), count_of(all.size()), MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD, &request);
    wait(request);
    std::copy(all.begin(), all.end(), values.begin());
    buffers_.clear();
  }

  void abandon(std::string_view reason) noexcept override {
    if (std::exchange(has_abandoned_, true)) return;
    own_reason_ = reason;
    tell({false, true, is_in_doubt_, 0, own_reason_});
  }

  void wait_in_spite_of_stop(bool is_set) override { is_unhurried_ = is_set; }

  void tell_progress(Index work, Index done) override {
    progress_ = {static_cast<double>(work), static_cast<double>(done)};
    has_progress_ = true;
    pass_on_progress();
  }

  void hear_progress(std::function<void(int, Index, Index)> heard) override { heard_ = std::move(heard); }

  /// All others have come to their end; false where there is no patience left, or something that was awaited from them
  /// has been given up.
  bool all_end(int status, bool has_failed, const std::string& reason) {
    tell({true, has_failed, is_in_doubt_, status, reason});
    const bool in_trouble = has_failed || has_abandoned_ || is_in_doubt_;
    const Stopwatch watch;
    Pause pause;
    while (true) {
      look_for_ends();
      bool all = true;
      bool others_in_trouble = false;
      bool is_in_doubt = is_in_doubt_;
      for (int r = 0; r < size_; ++r) {
        const auto& end = ended_[static_cast<std::size_t>(r)];
        all = all && (r == rank_ || (end && end->is_last));
        others_in_trouble = others_in_trouble || (end && end->has_failed);
        is_in_doubt = is_in_doubt || (end && end->is_in_doubt);
      }
      if (all && release_sent()) return !is_in_doubt;
      if ((all || in_trouble || others_in_trouble) && watch.seconds() > kLastPatience) return false;
      pause();
    }
  }

  /// That of the first process, else the first that is not 0.
  int joint_status(int own) const {
    int joint = 0;
    for (int r = 0; r < size_ && joint == 0; ++r) {
      const auto& end = ended_[static_cast<std::size_t>(r)];
      joint = r == rank_ ? own : end ? end->status : 0;
    }
    return joint;
  }

 private:
  struct Sent {
    std::vector<double> numbers;
    std::string bytes;
    MPI_Request request = MPI_REQUEST_NULL;
  };

  static std::size_t doubles_for(std::size_t bytes) { return (bytes + sizeof(double) - 1) / sizeof(double) + 1; }

  /// To the first process and from it to all: as many messages as processes, where each to each would be their square.
  void gather_and_spread(std::vector<double>& all, const std::vector<int>& counts, const std::vector<int>& places) {
    const auto r = static_cast<std::size_t>(rank_);
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Igatherv(rank_ == 0 ? MPI_IN_PLACE : all.data() + places[r], counts[r], MPI_DOUBLE, all.data(), counts.data(),
                 places.data(), MPI_DOUBLE, 0, MPI_COMM_WORLD, &request);
    wait(request);
    MPI_Ibcast(all.data(), count_of(all.size()), MPI_DOUBLE, 0, MPI_COMM_WORLD, &request);
    wait(request);
  }

  /// What each process counts.
  std::vector<int> shared_counts(int mine) {
    std::vector<double> all(static_cast<std::size_t>(size_));
    all[static_cast<std::size_t>(rank_)] = mine;
    std::vector<Index> begins(all.size() + 1);
    std::iota(begins.begin(), begins.end(), Index{0});
    share(all, begins);
    return {all.begin(), all.end()};
  }

  void wait(MPI_Request& request) {
    is_in_doubt_ = true;  // until it has come
    Pause pause;
    std::optional<Stopwatch> since_end;
    for (int done = 0;; pause()) {
      MPI_Test(&request, &done, MPI_STATUS_IGNORE);
      if (done != 0) break;
      pass_on_progress();
      require_all();
      if (!is_unhurried_) StopScope::throw_if_stop_requested();
      const bool is_left = std::any_of(ended_.begin(), ended_.end(), [](const auto& end) { return end.has_value(); });
      if (is_left && !since_end) since_end.emplace();
      if (since_end && since_end->seconds() > kPatience) throw RunAbandoned{rank_, first_reason()};
    }
    is_in_doubt_ = false;
  }

  /// What there is to tell goes to the first process, if that is not too soon; the first one takes what has come.
  void pass_on_progress() {
    if (rank_ == 0) return take_progress();
    if (!has_progress_ || since_word_.seconds() < kBetweenWords * std::max(1.0, size_ / kManyProcesses)) return;
    int is_free = 1;
    MPI_Test(&word_request_, &is_free, MPI_STATUS_IGNORE);
    if (is_free == 0) return;
    word_ = progress_;
    MPI_Isend(word_.data(), count_of(word_.size()), MPI_DOUBLE, 0, kProgressTag, MPI_COMM_WORLD, &word_request_);
    since_word_ = Stopwatch();
    has_progress_ = false;
  }

  /// Of a message with this tag that has come; nothing where none has.
  static std::optional<MPI_Status> next_message(int tag) {
    int is_there = 0;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, tag, MPI_COMM_WORLD, &is_there, &status);
    return is_there != 0 ? std::optional(status) : std::nullopt;
  }

  void take_progress() {
    while (const std::optional<MPI_Status> status = next_message(kProgressTag)) {
      std::array<double, 2> word{};
      MPI_Recv(word.data(), count_of(word.size()), MPI_DOUBLE, status->MPI_SOURCE, kProgressTag, MPI_COMM_WORLD,
               MPI_STATUS_IGNORE);
      if (heard_) heard_(status->MPI_SOURCE, static_cast<Index>(word[0]), static_cast<Index>(word[1]));
    }
  }

  /// Throws where a process has failed, or has left: nothing is begun then that others would not take part in.
  void require_all() {
    look_for_ends();
    if (has_abandoned_) throw RunAbandoned{rank_, own_reason_};
    for (int r = 0; r < size_; ++r) {
      const auto& end = ended_[static_cast<std::size_t>(r)];
      if (end && end->has_failed) throw RunAbandoned{r, end->reason};
    }
  }

  std::string first_reason() const {
    for (const auto& end : ended_) {
      if (end) return end->reason;
    }
    return "";
  }

  void look_for_ends() {
    while (const std::optional<MPI_Status> status = next_message(kEndTag)) {
      int count = 0;
      MPI_Get_count(&*status, MPI_BYTE, &count);
      std::string bytes(static_cast<std::size_t>(count), '\0');
      MPI_Recv(bytes.data(), count, MPI_BYTE, status->MPI_SOURCE, kEndTag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
      auto& end = ended_[static_cast<std::size_t>(status->MPI_SOURCE)];
      EndNote note = end_note(bytes);
      if (end && end->has_failed) {  // the first word says why
        note.has_failed = true;
        note.reason = end->reason;
      }
      end = std::move(note);
    }
  }

  void tell(const EndNote& note) {
    for (int r = 0; r < size_; ++r) {
      if (r == rank_) continue;
      Sent& sent = sent_.emplace_back();
      sent.bytes = bytes_of(note);
      MPI_Isend(sent.bytes.data(), count_of(sent.bytes.size()), MPI_BYTE, r, kEndTag, MPI_COMM_WORLD, &sent.request);
    }
  }

  /// True if all have arrived.
  bool release_sent() {
    std::erase_if(sent_, [](Sent& sent) {
      int done = 0;
      MPI_Test(&sent.request, &done, MPI_STATUS_IGNORE);
      return done != 0;
    });
    return sent_.empty();
  }

  int rank_ = 0;
  int size_ = 1;
  std::list<Sent> sent_;
  std::list<std::vector<double>> buffers_;     ///< of what is awaited
  std::vector<std::optional<EndNote>> ended_;  ///< of the others
  bool has_abandoned_ = false;
  std::string own_reason_;  ///< of having abandoned the run
  bool is_unhurried_ = false;
  bool is_in_doubt_ = false;  ///< something that was awaited has been given up

  std::array<double, 2> progress_{};  ///< to be told
  bool has_progress_ = false;
  std::array<double, 2> word_{};  ///< on its way
  MPI_Request word_request_ = MPI_REQUEST_NULL;
  Stopwatch since_word_;
  std::function<void(int, Index, Index)> heard_;
};

class MpiSession final : public MpiProcesses {
 public:
  TimeCommunicator& communicator() override { return communicator_; }

  int end(int status, bool has_failed, const std::string& reason) override {
    const bool in_order = communicator_.all_end(status, has_failed, reason);
    const int joint = communicator_.joint_status(status);
    if (!in_order) {
      // One of them ends the job: mpirun does not bear several that do at once. The others wait for it.
      constexpr auto long_enough = std::chrono::seconds(10);
      if (communicator_.rank() > 0) std::this_thread::sleep_for(long_enough);
      MPI_Abort(MPI_COMM_WORLD, joint);
      std::_Exit(joint);
    }
    MPI_Finalize();
    return communicator_.rank() == 0 ? joint : 0;
  }

 private:
  MpiCommunicator communicator_;
};

/// How many processes there are, as launchers say in the environment; 1 where none does.
int num_launched() {
  for (const char* const name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"}) {
    const char* const size = std::getenv(name);
    if (size != nullptr) return std::atoi(size);
  }
  return 1;
}

}  // namespace

std::unique_ptr<MpiProcesses> begin_mpi_processes() {
  if (num_launched() <= 1) return nullptr;
  int provided = 0;
  if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) {
    throw std::runtime_error("MPI cannot begin");
  }
  if (provided < MPI_THREAD_FUNNELED) throw std::runtime_error("this MPI allows a process no threads of its own");
  return std::make_unique<MpiSession>();
}

std::string mpi_version() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(text, &length);
  const std::string version(text, static_cast<std::size_t>(length));
  return version.substr(0, version.find(','));
}

}  // namespace forerun
