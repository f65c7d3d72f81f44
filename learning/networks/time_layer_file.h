#pragma once

#include "core/features/feature_step.h"
#include "learning/files/tensor_file.h"

namespace forerun {

/// What the files of physics-informed networks have alike: the metadata `parts`, of a slice, and the random features of
/// time, F64 `time_slopes`, `time_centres` and `time_weights`.
void describe_time(Index parts, const TimeLayer& layer, TensorFileWriter& writer);

/// Both throw `ModelFileError` where it is missing, does not fit together or is not finite.
Index read_time_parts(const TensorFile& file);
TimeLayer read_time_layer(const TensorFile& file);

}  // namespace forerun
