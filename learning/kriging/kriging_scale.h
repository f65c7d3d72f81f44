#pragma once

#include <span>

#include "core/execution/slice_executor.h"
#include "learning/kriging/kriging_system.h"

namespace forerun {

/// Points of one neighbourhood, to learn a scale from.
struct KrigingEvidence {
  States squared_distances;  ///< m × m
  States outputs;            ///< m × p, as `condensed_outputs` gives them
};

/// The scale that makes all neighbourhoods together most likely: it minimises Σ `profiled_deviance` over the length
/// 2⁻¹ … 2⁹ and the nugget 10⁻¹⁴ … 10⁻⁶, on a coarse grid first, then on finer ones around its best point. Pooling
/// steadies the choice, which a dozen points alone hardly determine. The default where nothing can be learned.
///
/// About 30 deviances a neighbourhood, in parallel. Deterministic, whatever the threads.
KrigingScale most_likely_scale(CovarianceKernel kernel, std::span<const KrigingEvidence> evidence,
                               SliceExecutor& executor);

}  // namespace forerun
