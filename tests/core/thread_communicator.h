#pragma once

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/execution/time_communicator.h"

namespace forerun::testing {

/// What threads that play processes have in common.
class ThreadProcesses {
 public:
  explicit ThreadProcesses(int size) : size_(size) {}

  /// body(communicator) as each of the processes; throws what the lowest of them has thrown.
  template <typename Body>
  void run(const Body& body);

 private:
  friend class ThreadCommunicator;

  void wait(std::unique_lock<std::mutex>& lock, const auto& is_there) {
    changed_.wait(lock, [&] { return abandoned_.has_value() || is_there(); });
    if (abandoned_) throw *abandoned_;
  }

  const int size_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::pair<int, int>, std::deque<std::vector<double>>> sent_;  ///< by sender and receiver
  std::vector<std::optional<std::string>> given_;
  std::vector<std::string> gathered_;
  int num_taken_ = 0;
  std::optional<RunAbandoned> abandoned_;
  std::deque<std::array<Index, 3>> told_;  ///< process, work, done
};

class ThreadCommunicator final : public TimeCommunicator {
 public:
  ThreadCommunicator(ThreadProcesses& all, int rank) : all_(all), rank_(rank) {}

  int rank() const override { return rank_; }
  int size() const override { return all_.size_; }

  void send(int to, std::span<const double> numbers) override {
    const std::lock_guard lock(all_.mutex_);
    if (all_.abandoned_) throw *all_.abandoned_;
    all_.sent_[{rank_, to}].emplace_back(numbers.begin(), numbers.end());
    all_.changed_.notify_all();
  }

  void receive(int from, std::span<double> numbers) override {
    std::unique_lock lock(all_.mutex_);
    auto& messages = all_.sent_[{from, rank_}];
    all_.wait(lock, [&] { return !messages.empty(); });
    if (messages.front().size() != numbers.size()) throw std::logic_error("a message of another length");
    std::copy(messages.front().begin(), messages.front().end(), numbers.begin());
    messages.pop_front();
  }

  std::vector<std::string> gather(std::string_view bytes) override {
    std::unique_lock lock(all_.mutex_);
    all_.given_.resize(static_cast<std::size_t>(all_.size_));
    // The last of the gathering before may not have taken it yet.
    auto& mine = all_.given_[static_cast<std::size_t>(rank_)];
    all_.wait(lock, [&] { return !mine && all_.num_taken_ == 0; });
    mine = std::string(bytes);
    all_.changed_.notify_all();
    all_.wait(lock, [&] {
      return all_.num_taken_ > 0 ||
             std::all_of(all_.given_.begin(), all_.given_.end(), [](const auto& one) { return one.has_value(); });
    });
    if (all_.num_taken_ == 0) {
      all_.gathered_.clear();
      for (auto& one : all_.given_) all_.gathered_.push_back(std::move(*std::exchange(one, std::nullopt)));
    }
    std::vector<std::string> gathered = all_.gathered_;
    if (++all_.num_taken_ == all_.size_) all_.num_taken_ = 0;
    all_.changed_.notify_all();
    lock.unlock();
    hear();
    return gathered;
  }

  void share(std::span<double> values, std::span<const Index> begins) override {
    const auto part = [&](int rank) {
      const auto begin = static_cast<std::size_t>(begins[static_cast<std::size_t>(rank)]);
      return values.subspan(begin, static_cast<std::size_t>(begins[static_cast<std::size_t>(rank) + 1]) - begin);
    };
    const std::vector<std::string> all = gather(bytes_of(part(rank_)));
    for (int rank = 0; rank < size(); ++rank) {
      const std::string& bytes = all[static_cast<std::size_t>(rank)];
      if (bytes.size() != part(rank).size_bytes()) throw std::logic_error("a part of another length");
      std::copy_n(bytes.data(), bytes.size(), reinterpret_cast<char*>(part(rank).data()));
    }
  }

  void maximize(std::span<double> values) override {
    for (const std::string& bytes : gather(bytes_of(values))) {
      if (bytes.size() != values.size_bytes()) throw std::logic_error("another number of values");
      std::vector<double> others(values.size());
      std::copy_n(bytes.data(), bytes.size(), reinterpret_cast<char*>(others.data()));
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::max(values[i], others[i]);
    }
  }

  void tell_progress(Index work, Index done) override {
    if (rank_ == 0) return hear();
    const std::lock_guard lock(all_.mutex_);
    all_.told_.push_back({rank_, work, done});
  }
  void hear_progress(std::function<void(int, Index, Index)> heard) override { heard_ = std::move(heard); }

  void abandon(std::string_view reason) noexcept override {
    const std::lock_guard lock(all_.mutex_);
    if (!all_.abandoned_) all_.abandoned_ = RunAbandoned{rank_, std::string(reason)};
    all_.changed_.notify_all();
  }

 private:
  void hear() {
    if (rank_ > 0) return;
    std::deque<std::array<Index, 3>> told;
    {
      const std::lock_guard lock(all_.mutex_);
      told.swap(all_.told_);
    }
    for (const auto& [process, work, done] : told) {
      if (heard_) heard_(static_cast<int>(process), work, done);
    }
  }

  static std::string_view bytes_of(std::span<const double> values) {
    return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
  }

  ThreadProcesses& all_;
  const int rank_;
  std::function<void(int, Index, Index)> heard_;
};

template <typename Body>
void ThreadProcesses::run(const Body& body) {
  std::vector<std::exception_ptr> thrown(static_cast<std::size_t>(size_));
  {
    std::vector<std::jthread> processes;
    for (int rank = 0; rank < size_; ++rank) {
      processes.emplace_back([&, rank] {
        ThreadCommunicator communicator(*this, rank);
        try {
          body(communicator);
        } catch (...) {
          thrown[static_cast<std::size_t>(rank)] = std::current_exception();
        }
      });
    }
  }
  for (const std::exception_ptr& one : thrown) {
    if (one) std::rethrow_exception(one);
  }
}

}  // namespace forerun::testing
