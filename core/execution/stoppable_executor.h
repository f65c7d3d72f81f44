#pragma once

#include <stop_token>

#include "core/execution/slice_executor.h"

namespace forerun {

/// Another executor whose `for_each` ends by `StopRequested` (core/base/stop_scope.h) before its next piece once a stop
/// was requested; pieces can look themselves. So all that is spread over slices or samples can be stopped: evaluating
/// corrections, fitting, measuring. Streams are the inner executor's: who fills them looks at the token.
/// `executor` outlives this. Costs nanoseconds a piece.
class StoppableExecutor final : public SliceExecutor {
 public:
  StoppableExecutor(SliceExecutor& executor, std::stop_token stop);

  void for_each(Index count, const std::function<void(Index)>& body) override;
  std::unique_ptr<PieceStream> open_stream(Index count, std::function<void(Index)> body) override;
  int num_threads() const override { return executor_.num_threads(); }
  std::string_view name() const override { return executor_.name(); }

 private:
  SliceExecutor& executor_;
  std::stop_token stop_;
};

}  // namespace forerun
