#include "learning/files/harvest_tensors.h"

#include <stdexcept>
#include <string>
#include <vector>

namespace forerun {
namespace {

constexpr const char* kIntervals = "harvest.intervals";
constexpr const char* kCoarse = "harvest.coarse";
constexpr const char* kDependsOnTime = "harvest.depends_on_time";

/// The slices with their intervals, as far as the file knows them.
std::vector<Slice> read_slices(const TensorFile& file) {
  std::vector<Slice> slices;
  for (const Index index : file.integers("harvest.slices")) slices.push_back(Harvest::slice_at_unknown_time(index));
  if (!file.has_tensor(kIntervals)) return slices;
  const auto intervals = file.matrix(kIntervals);
  if (intervals.rows() != 2 || intervals.cols() != static_cast<Index>(slices.size()))
    file.refuse("its harvest does not have one interval a slice");
  for (std::size_t j = 0; j < slices.size(); ++j) {
    slices[j].begin = intervals(0, static_cast<Index>(j));
    slices[j].end = intervals(1, static_cast<Index>(j));
  }
  if (!intervals.allFinite() || !(intervals.row(0).array() < intervals.row(1).array()).all())
    file.refuse("its harvest has a slice that does not end after it begins");
  return slices;
}

}  // namespace

HarvestTensors::HarvestTensors(const Harvest& harvest) : harvest_(harvest) {
  States intervals(2, harvest.size());
  for (Index j = 0; j < harvest.size(); ++j) {
    const Slice slice = harvest.slice(j);
    intervals.col(j) << slice.begin, slice.end;
  }
  if (intervals.allFinite()) intervals_.swap(intervals);
}

void HarvestTensors::add_to(TensorFileWriter& writer) const {
  writer.add_matrix("harvest.states", harvest_.states());
  writer.add_matrix("harvest.discrepancies", harvest_.discrepancies());
  if (harvest_.keeps_coarse()) writer.add_matrix(kCoarse, harvest_.coarse());
  writer.add_integers("harvest.slices", harvest_.slices());
  writer.add_integers("harvest.iterations", harvest_.iterations());
  if (has_intervals()) writer.add_matrix(kIntervals, intervals_);
  if (harvest_.depends_on_time()) writer.set_metadata(kDependsOnTime, "true");
}

Harvest read_harvest(const TensorFile& file, Index dimension) {
  const auto states = file.matrix("harvest.states");
  const auto discrepancies = file.matrix("harvest.discrepancies");
  const std::vector<Slice> slices = read_slices(file);
  const std::vector<Index> iterations = file.integers("harvest.iterations");
  const bool keeps_coarse = file.has_tensor(kCoarse);
  Harvest harvest(dimension, keeps_coarse);
  harvest.set_depends_on_time(file.texts_with_prefix(kDependsOnTime) ==
                              std::map<std::string, std::string>{{"", "true"}});
  if (states.size() == 0 && discrepancies.size() == 0 && slices.empty() && iterations.empty()) return harvest;
  try {
    if (keeps_coarse) {
      harvest.append(states, discrepancies, slices, iterations, file.matrix(kCoarse));
    } else {
      harvest.append(states, discrepancies, slices, iterations);
    }
  } catch (const std::invalid_argument& error) {
    file.refuse(std::string("its harvest is inconsistent: ") + error.what());
  }
  return harvest;
}

}  // namespace forerun
