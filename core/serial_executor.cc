#include <utility>

#include "core/slice_executor.h"

namespace forerun {
namespace {

class SerialStream final : public PieceStream {
 public:
  explicit SerialStream(std::function<void(Index)> body) : body_(std::move(body)) {}

  void add() override { ++added_; }
  void wait() override {
    const Index count = std::exchange(added_, 0);
    for (Index i = 0; i < count; ++i) body_(i);
  }
  void cancel() noexcept override { added_ = 0; }

 private:
  std::function<void(Index)> body_;
  Index added_ = 0;
};

class SerialExecutor final : public SliceExecutor {
 public:
  void for_each(Index count, const std::function<void(Index)>& body) override {
    for (Index i = 0; i < count; ++i) body(i);
  }
  std::unique_ptr<PieceStream> open_stream(std::function<void(Index)> body) override {
    return std::make_unique<SerialStream>(std::move(body));
  }
  int num_threads() const override { return 1; }
  std::string_view name() const override { return "serial"; }
};

}  // namespace

std::unique_ptr<SliceExecutor> make_serial_executor() { return std::make_unique<SerialExecutor>(); }

}  // namespace forerun
