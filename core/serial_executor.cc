#include "core/slice_executor.h"

namespace forerun {
namespace {

class SerialExecutor final : public SliceExecutor {
 public:
  void for_each(Index count, const std::function<void(Index)>& body) override {
    for (Index i = 0; i < count; ++i) body(i);
  }
  int num_threads() const override { return 1; }
  std::string_view name() const override { return "serial"; }
};

}  // namespace

std::unique_ptr<SliceExecutor> make_serial_executor() { return std::make_unique<SerialExecutor>(); }

}  // namespace forerun
