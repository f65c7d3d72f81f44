#pragma once

#include "apps/forerun/bench/bench_report.h"

namespace forerun {

/// The kernels a run consists of, on one thread and with their data in cache, each with its floating-point operations
/// and bytes counted by hand, against the limit that these and a probe of this core set: the greater of operations ÷
/// peak and bytes ÷ bandwidth. And the engine's own cost a slice and iteration with propagators that do nothing.
BenchReport bench_kernels();

}  // namespace forerun
