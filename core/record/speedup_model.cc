#include "core/record/speedup_model.h"

namespace forerun {

ModelledSpeedup modelled_speedup(const RunRecord& record, Index num_slices,
                                 std::optional<double> serial_slice_seconds) {
  const Index processors = num_slices / record.num_windows;
  double others = record.initial_seconds.coarse + record.initial_seconds.predict;
  double slowest_slices = 0.0;
  double fine_seconds = 0.0;
  Index fine_slices = 0;
  for (const IterationRecord& iteration : record.iterations) {
    const PhaseSeconds& seconds = iteration.seconds;
    slowest_slices += iteration.max_slice_fine_seconds();
    others += seconds.coarse + seconds.fit + seconds.predict;
    if (!iteration.at_top_level) continue;
    fine_seconds += iteration.slice_fine_seconds();
    fine_slices += processors - iteration.first_slice;
  }
  if (fine_slices == 0) return {processors, 0.0};
  const double mean_slice_seconds = fine_seconds / static_cast<double>(fine_slices);
  const double serial_slice = serial_slice_seconds.value_or(mean_slice_seconds);
  const double stretched = mean_slice_seconds > 0.0 ? serial_slice / mean_slice_seconds : 1.0;
  const double critical_path = stretched * slowest_slices + others;
  if (!(critical_path > 0.0)) return {processors, 0.0};
  return {processors, static_cast<double>(num_slices) * serial_slice / critical_path};
}

}  // namespace forerun
