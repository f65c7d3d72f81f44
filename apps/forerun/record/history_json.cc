#include "apps/forerun/record/history_json.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "apps/forerun/record/json_file.h"

namespace forerun {
namespace {

using Json = nlohmann::ordered_json;

LevelSweep read_level(const Json& json) {
  constexpr Index most_levels = 1000;
  constexpr Index most_slices = 1'000'000'000;
  LevelSweep sweep;
  sweep.level = json_integer(json, "level", 1, most_levels);
  sweep.first_slice = json_integer(json, "first_slice", 0, most_slices);
  sweep.num_slices = json_integer(json, "slices", 1, most_slices);
  sweep.slice_seconds = json_seconds(json, "fine");
  sweep.max_slice_seconds = json_seconds(json, "slowest");
  if (sweep.max_slice_seconds <= sweep.slice_seconds) return sweep;
  throw std::invalid_argument("has a slice in its history that took longer than all of them");
}

/// Levels that fall from one to the next, and together hold every slice from the first to the last.
std::vector<LevelSweep> read_levels(const Json& json, Index num_slices) {
  std::vector<LevelSweep> levels;
  for (const Json& level : json_array(json, "levels")) {
    levels.push_back(read_level(level));
    if (levels.size() == 1) continue;
    const LevelSweep& before = levels[levels.size() - 2];
    if (levels.back().level < before.level && levels.back().first_slice == before.first_slice + before.num_slices)
      continue;
    throw std::invalid_argument("has levels in its history that do not follow each other");
  }
  if (!levels.empty() && levels.back().first_slice + levels.back().num_slices == num_slices) return levels;
  throw std::invalid_argument("has levels in its history that do not end with the last slice");
}

IterationRecord read_iteration(const Json& json, Index num_slices) {
  IterationRecord iteration;
  iteration.levels = read_levels(json, num_slices);
  iteration.at_top_level = json_flag(json, "at_top_level");
  iteration.measured_level = json_integer(json, "measured_level", 0, iteration.levels.front().level);
  iteration.first_slice = iteration.levels.front().first_slice;
  iteration.seconds.coarse = json_seconds(json, "coarse");
  iteration.seconds.fit = json_seconds(json, "fit");
  iteration.seconds.predict = json_seconds(json, "predict");
  return iteration;
}

Json levels_json(const std::vector<LevelSweep>& levels) {
  Json json = Json::array();
  for (const LevelSweep& sweep : levels) {
    json.push_back({{"level", sweep.level},
                    {"first_slice", sweep.first_slice},
                    {"slices", sweep.num_slices},
                    {"fine", sweep.slice_seconds},
                    {"slowest", sweep.max_slice_seconds}});
  }
  return json;
}

}  // namespace

Json history_json(const RunRecord& record) {
  Json iterations = Json::array();
  for (const IterationRecord& k : record.iterations) {
    iterations.push_back({{"levels", levels_json(k.levels)},
                          {"at_top_level", k.at_top_level},
                          {"measured_level", k.measured_level},
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
