#pragma once

#include "core/mgrit/mgrit_options.h"
#include "core/record/run_record.h"
#include "core/record/speedup_model.h"

namespace forerun {

/// Speed-up of a run of MGRIT with one processor an interval of its finest grid, from the run's own measured times:
///
///   S = N · T_F / (T_start + Σ_k (max_j T_j + T_coarse)),
///
/// T_F the mean seconds of crossing one slice with the fine solver, T_j those of relaxing interval j. Coarser grids
/// count as they took on this machine, which more processors would shorten. 0 when the run took no measurable time.
ModelledSpeedup modelled_mgrit_speedup(const RunRecord& record, const MgritOptions& options, Index num_slices);

}  // namespace forerun
