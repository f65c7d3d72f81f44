#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/state.h"

namespace forerun {

/// Neighbouring slices of a grid.
struct SliceRange {
  Index first = 0;
  Index count = 0;

  Index end() const { return first + count; }
  bool holds(Index slice) const { return slice >= first && slice < end(); }
  /// Those of them that are not before `slice`.
  SliceRange from(Index slice) const;
  /// And the slice before them, if there is one.
  SliceRange with_one_before() const { return first > 0 ? SliceRange{first - 1, count + 1} : *this; }
};

/// Another process has ended the run that was shared with it. No std::exception: what mends failures is not to catch
/// it.
struct RunAbandoned {
  int rank = 0;
  std::string reason;  ///< as `TimeCommunicator::abandon` was given it
};

/// This process cannot do its part of what the others are waiting for, so the run must end for all. No std::exception,
/// either.
struct CannotGoOn {
  std::string what;
};

/// The processes that share one run, each of which owns a block of neighbouring slices, in time order by rank.
///
/// Each process does the whole bookkeeping of a run, a few numbers a slice, and holds the states of its own slices
/// alone. So all of them call these members in the same order, and what they decide is the same, bit for bit.
///
/// Errors: a process that leaves a run early says so by `abandon`; whatever the others wait for, or ask for next,
/// throws `RunAbandoned`, so nobody waits for ever. Thread-safety: the thread that runs the loop alone.
class TimeCommunicator {
 public:
  virtual ~TimeCommunicator() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;

  /// From one process to another, in order; as many as the receiver expects. A process may send before the other
  /// receives.
  virtual void send(int to, std::span<const double> numbers) = 0;
  virtual void receive(int from, std::span<double> numbers) = 0;

  /// What each process gives, by rank, on every process.
  virtual std::vector<std::string> gather(std::string_view bytes) = 0;
  /// Rank r has values[begins[r]] … values[begins[r + 1] − 1]; all have all of them afterwards.
  virtual void share(std::span<double> values, std::span<const Index> begins) = 0;
  /// Each number becomes the largest of those that the processes have in its place; none may be NaN.
  virtual void maximize(std::span<double> values) = 0;

  /// Ends the run for all. Does not wait for the others, which learn the reason. Whatever this process asks for
  /// afterwards throws `RunAbandoned`, too.
  virtual void abandon(std::string_view reason) noexcept = 0;

  /// While it is set, a stop that is requested of this process does not end its waiting for the others (`Unhurried`).
  virtual void wait_in_spite_of_stop(bool /*is_set*/) {}

  /// How far this process is with work that has a number, for the first one to show; on the first process, looks at
  /// what the others have told. Words for people: they may come late or not at all, nobody waits for them, and nothing
  /// but what is shown depends on them.
  virtual void tell_progress(Index /*work*/, Index /*done*/) {}
  /// heard(process, work, done) is called with them on the first process, in `tell_progress` and whenever that waits
  /// for the others. Empty: they are passed over.
  virtual void hear_progress(std::function<void(int, Index, Index)> /*heard*/) {}
};

/// For its lifetime this process waits for the others although it is told to stop: what all have begun to write is
/// written, as one process alone would do. Another that has left still ends the waiting.
class Unhurried {
 public:
  explicit Unhurried(TimeCommunicator& communicator) : communicator_(communicator) {
    communicator_.wait_in_spite_of_stop(true);
  }
  ~Unhurried() { communicator_.wait_in_spite_of_stop(false); }
  Unhurried(const Unhurried&) = delete;
  Unhurried& operator=(const Unhurried&) = delete;

 private:
  TimeCommunicator& communicator_;
};

/// The block of process `rank` among `size`: slices ⌊N r / P⌋ … ⌊N (r + 1) / P⌋ − 1.
SliceRange owned_slices(int rank, int size, Index num_slices);
SliceRange owned_slices(const TimeCommunicator& communicator, Index num_slices);

/// values[n] of the slices that each process owns, on all of them; `width` numbers a slice.
void share_owned(TimeCommunicator& communicator, std::span<double> values, Index num_slices, Index width = 1);

/// Each process's numbers, on every process, in a row by rank; everybody knows that process r gives `count_of(r)`.
std::vector<double> shared_numbers(TimeCommunicator& communicator, std::span<const double> mine,
                                   const std::function<Index(int)>& count_of);

/// One process alone: there is nobody to tell.
class SoleProcess final : public TimeCommunicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void send(int to, std::span<const double> numbers) override;
  void receive(int from, std::span<double> numbers) override;
  std::vector<std::string> gather(std::string_view bytes) override { return {std::string(bytes)}; }
  void share(std::span<double> /*values*/, std::span<const Index> /*begins*/) override {}
  void maximize(std::span<double> /*values*/) override {}
  void abandon(std::string_view /*reason*/) noexcept override {}
};

}  // namespace forerun
