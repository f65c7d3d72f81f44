#include "core/record/speedup_model.h"

namespace forerun {

ModelledSpeedup modelled_speedup(const RunRecord& record, Index num_slices) {
  const Index processors = num_slices / record.num_windows;
  double critical_path = record.initial_seconds.coarse + record.initial_seconds.predict;
  double fine_seconds = 0.0;
  Index fine_slices = 0;
  for (const IterationRecord& iteration : record.iterations) {
    const PhaseSeconds& seconds = iteration.seconds;
    critical_path += iteration.max_slice_fine_seconds() + seconds.coarse + seconds.fit + seconds.predict;
    if (!iteration.at_top_level) continue;
    fine_seconds += iteration.slice_fine_seconds();
    fine_slices += processors - iteration.first_slice;
  }
  if (!(critical_path > 0.0) || fine_slices == 0) return {processors, 0.0};
  const double mean_slice_seconds = fine_seconds / static_cast<double>(fine_slices);
  return {processors, static_cast<double>(num_slices) * mean_slice_seconds / critical_path};
}

}  // namespace forerun
