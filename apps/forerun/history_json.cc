#include "apps/forerun/history_json.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace forerun {
namespace {

using Json = nlohmann::ordered_json;

const Json& member(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end()) throw std::invalid_argument("has no '" + std::string(name) + "' in its history");
  return *found;
}

double seconds(const Json& json, const char* name) {
  const Json& value = member(json, name);
  if (value.is_number() && value.get<double>() >= 0.0 && std::isfinite(value.get<double>())) return value.get<double>();
  throw std::invalid_argument("has '" + std::string(name) + "' = " + value.dump() +
                              " in its history: must be a number ≥ 0");
}

Index integer(const Json& json, const char* name, Index minimum, Index maximum) {
  const Json& value = member(json, name);
  if (value.is_number_integer() && value.get<Index>() >= minimum && value.get<Index>() <= maximum) {
    return value.get<Index>();
  }
  throw std::invalid_argument("has '" + std::string(name) + "' = " + value.dump() +
                              " in its history: must be an integer from " + std::to_string(minimum) + " to " +
                              std::to_string(maximum));
}

IterationRecord read_iteration(const Json& json, Index num_slices) {
  if (!json.is_object()) throw std::invalid_argument("has an iteration in its history that is not an object");
  constexpr Index most_levels = 1000;
  IterationRecord iteration;
  iteration.level = integer(json, "level", 1, most_levels);
  const Json& at_top_level = member(json, "at_top_level");
  iteration.at_top_level = at_top_level.is_boolean() && at_top_level.get<bool>();
  iteration.level_measured = json.value("level_measured", false);
  iteration.first_slice = integer(json, "first_slice", 0, num_slices - 1);
  iteration.slice_fine_seconds = seconds(json, "slice_fine");
  iteration.max_slice_fine_seconds = seconds(json, "max_slice_fine");
  iteration.seconds.coarse = seconds(json, "coarse");
  iteration.seconds.fit = seconds(json, "fit");
  iteration.seconds.predict = seconds(json, "predict");
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
  if (!json.is_object()) throw std::invalid_argument("has a history that is not an object");
  RunRecord record;
  const Json& initial = member(json, "initial");
  if (!initial.is_object()) throw std::invalid_argument("has an 'initial' in its history that is not an object");
  record.initial_seconds.coarse = seconds(initial, "coarse");
  record.initial_seconds.predict = seconds(initial, "predict");
  const Json& iterations = member(json, "iterations");
  if (!iterations.is_array()) throw std::invalid_argument("has 'iterations' in its history that are not an array");
  for (const Json& iteration : iterations) record.iterations.push_back(read_iteration(iteration, num_slices));
  return record;
}

}  // namespace forerun
