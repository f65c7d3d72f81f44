#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <vector>

#include "core/base/state.h"

namespace forerun {

/// What executors with threads share among them, whatever their threads are. All are safe to be used by several threads
/// at once, except where it is said.

/// Keeps the exception of the lowest failing piece.
class LowestFailure {
 public:
  /// Pieces above a failed one need not run; pieces below must, since one of them may fail too.
  bool skips(Index piece) const { return piece > lowest_.load(std::memory_order_relaxed); }
  void record(Index piece, std::exception_ptr exception);
  /// The exception, which is forgotten; nullptr if there was none. Not while pieces run.
  std::exception_ptr take();

 private:
  static constexpr Index none = std::numeric_limits<Index>::max();

  std::atomic<Index> lowest_ = none;
  std::exception_ptr exception_;
  std::mutex mutex_;
};

/// body(piece) unless a lower one has failed.
void run_piece(Index piece, const std::function<void(Index)>& body, LowestFailure& failure);

/// Pieces that wait for a worker, the lowest first, and how many workers there are. A worker takes pieces until none is
/// left and ends then; so there need be no more of them than threads, and pieces cost no task of their own.
class PieceQueue {
 public:
  /// For at most `capacity` pieces and `most_workers` workers.
  PieceQueue(Index capacity, int most_workers);

  /// True if one more worker should begin; it counts from now.
  bool add(Index piece);
  /// The lowest piece; nullopt where none waits, and then the calling worker has ended.
  std::optional<Index> take();
  /// Drops what waits.
  void clear();

 private:
  std::mutex mutex_;
  std::vector<Index> waiting_;  ///< a heap
  int num_workers_ = 0;
  int most_workers_;
};

}  // namespace forerun
