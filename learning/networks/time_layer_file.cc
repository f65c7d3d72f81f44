#include "learning/networks/time_layer_file.h"

#include <string>

#include "learning/family/store_files.h"

namespace forerun {
namespace {

constexpr Index kMostTimeParts = 1024;

}  // namespace

void describe_time(Index parts, const TimeLayer& layer, TensorFileWriter& writer) {
  writer.set_metadata("parts", std::to_string(parts));
  writer.add_vector("time_slopes", layer.slopes);
  writer.add_vector("time_centres", layer.centres);
  writer.add_matrix("time_weights", layer.weights);
}

Index read_time_parts(const TensorFile& file) {
  const auto parts = read_store_count(file, "parts");
  if (parts < 1 || parts > kMostTimeParts) file.refuse("it crosses a slice in " + std::to_string(parts) + " parts");
  return parts;
}

TimeLayer read_time_layer(const TensorFile& file) {
  TimeLayer layer{file.vector("time_slopes"), file.vector("time_centres"), file.matrix("time_weights")};
  if (layer.rank() < 1 || layer.centres.size() != layer.slopes.size() ||
      layer.weights.rows() != layer.slopes.size() + 2) {
    file.refuse("its features of time do not fit together");
  }
  if (!layer.slopes.allFinite() || !layer.centres.allFinite() || !layer.weights.allFinite())
    file.refuse("it holds a value that is not finite");
  return layer;
}

}  // namespace forerun
