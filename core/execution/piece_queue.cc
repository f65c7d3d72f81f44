#include "core/execution/piece_queue.h"

#include <algorithm>
#include <utility>

namespace forerun {

void LowestFailure::record(Index piece, std::exception_ptr exception) {
  const std::lock_guard lock(mutex_);
  if (piece >= lowest_.load(std::memory_order_relaxed)) return;
  lowest_.store(piece, std::memory_order_relaxed);
  exception_ = std::move(exception);
}

std::exception_ptr LowestFailure::take() {
  lowest_.store(none, std::memory_order_relaxed);
  return std::exchange(exception_, nullptr);
}

void run_piece(Index piece, const std::function<void(Index)>& body, LowestFailure& failure) {
  if (failure.skips(piece)) return;
  try {
    body(piece);
  } catch (...) {
    failure.record(piece, std::current_exception());
  }
}

PieceQueue::PieceQueue(Index capacity, int most_workers) : most_workers_(most_workers) {
  waiting_.reserve(static_cast<std::size_t>(capacity));
}

bool PieceQueue::add(Index piece) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(piece);
  std::push_heap(waiting_.begin(), waiting_.end(), std::greater<>());
  if (num_workers_ == most_workers_) return false;
  ++num_workers_;
  return true;
}

std::optional<Index> PieceQueue::take() {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) {
    --num_workers_;
    return std::nullopt;
  }
  std::pop_heap(waiting_.begin(), waiting_.end(), std::greater<>());
  const Index piece = waiting_.back();
  waiting_.pop_back();
  return piece;
}

void PieceQueue::clear() {
  const std::lock_guard lock(mutex_);
  waiting_.clear();
}

}  // namespace forerun
