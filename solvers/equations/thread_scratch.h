#pragma once

#include <type_traits>
#include <vector>

#include "core/base/state.h"

namespace forerun {

/// The first of `size` doubles in `memory` that begin on a cache line, as SIMD likes; `memory` grows where it must.
double* on_cache_line(std::vector<double>& memory, Index size);

/// `size` doubles of the calling thread's own, aligned for SIMD, contents arbitrary: scratch memory of one right-hand
/// side at a time, apart from that of integrators (`thread_workspace`). Grows to the largest size asked for and is kept
/// until the thread ends, so right-hand sides touch no heap in the steady state. Valid until the thread's next call.
double* thread_scratch(Index size);

/// Memory for `size` numbers while a right-hand side is evaluated: of the thread for doubles, of the heap for other
/// scalars. One at a time on a thread.
template <class Scalar>
class ScalarScratch {
 public:
  explicit ScalarScratch(Index size) {
    if constexpr (std::is_same_v<Scalar, double>) {
      data_ = thread_scratch(size);
    } else {
      memory_.resize(static_cast<std::size_t>(size));
      data_ = memory_.data();
    }
  }
  ScalarScratch(const ScalarScratch&) = delete;
  ScalarScratch& operator=(const ScalarScratch&) = delete;

  Scalar* data() { return data_; }

 private:
  struct None {};
  [[no_unique_address]] std::conditional_t<std::is_same_v<Scalar, double>, None, std::vector<Scalar>> memory_;
  Scalar* data_;
};

}  // namespace forerun
