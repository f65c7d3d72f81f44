#pragma once

#include <span>

#include "core/execution/slice_executor.h"
#include "learning/kriging/kriging_system.h"

namespace forerun {

/// Points of one neighbourhood, to learn from how much each of their coordinates matters.
struct RelevanceEvidence {
  States coordinates;  ///< d × m
  States outputs;      ///< m × p, as `condensed_outputs` gives them
};

/// How much each coordinate matters to the outputs: factors f that coordinates are multiplied by before distances are
/// taken ("automatic relevance determination"; only their proportions count). A component on which the outputs hardly
/// depend should not push apart points that are alike in all others.
///
/// Two rounds over the coordinates, in their order: each f_i is doubled or halved (second round: by 2^{2/3}) where that
/// lowers Σ `profiled_deviance` over the neighbourhoods, `scale` being kept. A few neighbourhoods say the direction
/// better than the amount, so the square roots are returned. 1 where there is nothing to learn from.
///
/// At most 4 d deviances a neighbourhood, in parallel over neighbourhoods. Deterministic, whatever the threads.
/// Source: Rasmussen, Williams (2006), sec. 5.1.
State coordinate_relevance(CovarianceKernel kernel, std::span<const RelevanceEvidence> evidence,
                           const KrigingScale& scale, Index num_coordinates, SliceExecutor& executor);

}  // namespace forerun
