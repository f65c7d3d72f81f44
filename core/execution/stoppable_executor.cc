#include "core/execution/stoppable_executor.h"

#include <utility>

#include "core/base/stop_scope.h"

namespace forerun {

StoppableExecutor::StoppableExecutor(SliceExecutor& executor, std::stop_token stop)
    : executor_(executor), stop_(std::move(stop)) {}

void StoppableExecutor::for_each(Index count, const std::function<void(Index)>& body) {
  executor_.for_each(count, [&](Index piece) {
    if (stop_.stop_requested()) throw StopRequested{};
    const StopScope scope(stop_);
    body(piece);
  });
}

std::unique_ptr<PieceStream> StoppableExecutor::open_stream(Index count, std::function<void(Index)> body) {
  return executor_.open_stream(count, std::move(body));
}

}  // namespace forerun
