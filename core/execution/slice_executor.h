#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "core/base/state.h"

namespace forerun {

/// Pieces of work handed over one by one, to be done while the caller does something else.
///
/// Of the pieces that wait, the lowest begins first, so the front of a time grid comes before its tail. The caller owns
/// the stream, and no other thread may call it.
class PieceStream {
 public:
  virtual ~PieceStream() = default;

  /// Hands over a piece, in any order; none twice before the next `wait`.
  virtual void add(Index piece) = 0;
  /// Returns when all pieces have ended, the caller having done its share; errors as `SliceExecutor::for_each`.
  virtual void wait() = 0;
  /// Drops the pieces that have not begun and waits for the others; their errors are forgotten.
  virtual void cancel() noexcept = 0;
};

/// Runs independent pieces of slice work: body(0), body(1), …, body(count − 1), beginning in that order.
///
/// Nothing about a result may depend on the order or the thread in which the pieces run: each writes only what is its
/// own, and no executor reduces anything. That is why results are bit-identical for any number of threads.
///
/// Errors: when pieces throw, the exception of the lowest index is rethrown after all running pieces
/// have ended. Pieces below a failed one always run, pieces above it may be skipped; so which error surfaces
/// does not depend on timing.
class SliceExecutor {
 public:
  virtual ~SliceExecutor() = default;

  virtual void for_each(Index count, const std::function<void(Index)>& body) = 0;
  /// A stream of pieces from body(0), …, body(count − 1), which is not to outlive the executor. A single thread does
  /// all in `wait`.
  virtual std::unique_ptr<PieceStream> open_stream(Index count, std::function<void(Index)> body) = 0;
  virtual int num_threads() const = 0;
  /// "serial" or "tbb".
  virtual std::string_view name() const = 0;
};

/// Runs the pieces in index order on the calling thread.
std::unique_ptr<SliceExecutor> make_serial_executor();

/// Runs the pieces as oneTBB tasks on `num_threads` threads (the caller included); 0 = all cores.
/// Throws std::invalid_argument if num_threads < 0 or > 1024.
std::unique_ptr<SliceExecutor> make_tbb_executor(int num_threads);

}  // namespace forerun
