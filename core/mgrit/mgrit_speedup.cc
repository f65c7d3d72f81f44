#include "core/mgrit/mgrit_speedup.h"

namespace forerun {

ModelledSpeedup modelled_mgrit_speedup(const RunRecord& record, const MgritOptions& options, Index num_slices) {
  const Index processors = (num_slices + options.coarsening - 1) / options.coarsening;
  double critical_path = record.initial_seconds.coarse;
  double fine_seconds = 0.0;
  for (const IterationRecord& iteration : record.iterations) {
    critical_path += iteration.max_slice_fine_seconds() + iteration.seconds.coarse;
    fine_seconds += iteration.slice_fine_seconds();
  }
  const double passes = record.effective_sweeps();
  if (!(critical_path > 0.0) || !(passes > 0.0)) return {processors, 0.0};
  return {processors, fine_seconds / passes / critical_path};
}

}  // namespace forerun
