#include <algorithm>
#include <utility>
#include <vector>

#include "core/execution/slice_executor.h"

namespace forerun {
namespace {

class SerialStream final : public PieceStream {
 public:
  SerialStream(Index count, std::function<void(Index)> body) : body_(std::move(body)) {
    waiting_.reserve(static_cast<std::size_t>(count));
    running_.reserve(static_cast<std::size_t>(count));
  }

  void add(Index piece) override { waiting_.push_back(piece); }
  void wait() override {
    std::sort(waiting_.begin(), waiting_.end());
    running_.swap(waiting_);
    waiting_.clear();
    for (const Index piece : running_) body_(piece);
  }
  void cancel() noexcept override { waiting_.clear(); }

 private:
  std::function<void(Index)> body_;
  std::vector<Index> waiting_;
  std::vector<Index> running_;
};

class SerialExecutor final : public SliceExecutor {
 public:
  void for_each(Index count, const std::function<void(Index)>& body) override {
    for (Index i = 0; i < count; ++i) body(i);
  }
  std::unique_ptr<PieceStream> open_stream(Index count, std::function<void(Index)> body) override {
    return std::make_unique<SerialStream>(count, std::move(body));
  }
  int num_threads() const override { return 1; }
  std::string_view name() const override { return "serial"; }
};

}  // namespace

std::unique_ptr<SliceExecutor> make_serial_executor() { return std::make_unique<SerialExecutor>(); }

}  // namespace forerun
