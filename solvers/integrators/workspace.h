#pragma once

#include "core/base/state.h"

namespace forerun {

/// `size` doubles of scratch memory that belong to the calling thread, aligned for SIMD, contents arbitrary.
///
/// Grows to the largest size asked for and is kept until the thread ends, so integrators touch no heap in the steady
/// state. Valid until the thread's next call: only for leaf computations that call nobody who may ask again.
double* thread_workspace(Index size);

}  // namespace forerun
