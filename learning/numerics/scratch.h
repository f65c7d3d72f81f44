#pragma once

#include <vector>

#include "core/base/state.h"

namespace forerun {

/// Memory that is reused from call to call: allocates only when more is asked for than ever before. Kept `thread_local`
/// by evaluations, so that they are re-entrant and still do not allocate in steady state.
class Scratch {
 public:
  /// An uninitialised rows × cols matrix, valid until the next call.
  Eigen::Map<States> matrix(Index rows, Index cols) {
    const auto size = static_cast<std::size_t>(rows * cols);
    if (memory_.size() < size) memory_.resize(size);
    return {memory_.data(), rows, cols};
  }

  /// An uninitialised vector, valid until the next call.
  Eigen::Map<State> vector(Index size) {
    if (memory_.size() < static_cast<std::size_t>(size)) memory_.resize(static_cast<std::size_t>(size));
    return {memory_.data(), size};
  }

 private:
  std::vector<double> memory_;
};

}  // namespace forerun
