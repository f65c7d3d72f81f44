#include "apps/forerun/history_json.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "apps/forerun/json_file.h"

namespace forerun {
namespace {

using Json = nlohmann::ordered_json;

IterationRecord read_iteration(const Json& json, Index num_slices) {
  constexpr Index most_levels = 1000;
  IterationRecord iteration;
  iteration.level = json_integer(json, "level", 1, most_levels);
  iteration.at_top_level = json_flag(json, "at_top_level");
  iteration.level_measured = json.contains("level_measured") && json_flag(json, "level_measured");
  iteration.first_slice = json_integer(json, "first_slice", 0, num_slices - 1);
  iteration.slice_fine_seconds = json_seconds(json, "slice_fine");
  iteration.max_slice_fine_seconds = json_seconds(json, "max_slice_fine");
  iteration.seconds.coarse = json_seconds(json, "coarse");
  iteration.seconds.fit = json_seconds(json, "fit");
  iteration.seconds.predict = json_seconds(json, "predict");
  if (iteration.max_slice_fine_seconds <= iteration.slice_fine_seconds) return iteration;
  throw std::invalid_argument("has a slice in its history that took longer than all of them");
}

}  // namespace

Json history_json(const RunRecord& record) {
  Json iterations = Json::array();
  for (const IterationRecord& k : record.iterations) {
    iterations.push_back({{"level", k.level},
                          {"at_top_level", k.at_top_level},
                          {"level_measured", k.level_measured},
                          {"first_slice", k.first_slice},
                          {"slice_fine", k.slice_fine_seconds},
                          {"max_slice_fine", k.max_slice_fine_seconds},
                          {"coarse", k.seconds.coarse},
                          {"fit", k.seconds.fit},
                          {"predict", k.seconds.predict}});
  }
  return {{"initial", {{"coarse", record.initial_seconds.coarse}, {"predict", record.initial_seconds.predict}}},
          {"iterations", std::move(iterations)}};
}

RunRecord read_history(const Json& json, Index num_slices) {
  RunRecord record;
  const Json& initial = json_member(json, "initial");
  record.initial_seconds.coarse = json_seconds(initial, "coarse");
  record.initial_seconds.predict = json_seconds(initial, "predict");
  for (const Json& iteration : json_array(json, "iterations")) {
    record.iterations.push_back(read_iteration(iteration, num_slices));
  }
  return record;
}

}  // namespace forerun
