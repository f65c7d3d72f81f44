#include "learning/harvest.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <unordered_map>

namespace forerun {
namespace {

void check(bool holds, const std::string& sentence) {
  if (!holds) throw std::invalid_argument("harvest: " + sentence);
}

}  // namespace

Harvest::Harvest(Index dimension) : states_(dimension), discrepancies_(dimension) {
  check(dimension >= 0, "the dimension must be ≥ 0, got " + std::to_string(dimension));
}

void Harvest::append(const SweepData& sweep) {
  const Index count = static_cast<Index>(sweep.slices.size());
  check(sweep.fine.rows() == sweep.coarse.rows() && sweep.fine.cols() == sweep.coarse.cols(),
        "fine and coarse values differ in shape");
  std::vector<Index> slices(sweep.slices.size());
  std::transform(sweep.slices.begin(), sweep.slices.end(), slices.begin(), [](const Slice& s) { return s.index; });
  const States discrepancies = sweep.fine - sweep.coarse;
  append(sweep.states, discrepancies, slices, std::vector<Index>(static_cast<std::size_t>(count), sweep.iteration));
}

void Harvest::append(const StatesView& states, const StatesView& discrepancies, const std::vector<Index>& slices,
                     const std::vector<Index>& iterations) {
  const Index count = states.cols();
  check(states.rows() == dimension() && discrepancies.rows() == dimension(),
        "samples must have " + std::to_string(dimension()) + " components");
  check(discrepancies.cols() == count && static_cast<Index>(slices.size()) == count &&
            static_cast<Index>(iterations.size()) == count,
        "as many states as discrepancies, slices and iterations are needed");
  check(states.allFinite() && discrepancies.allFinite(), "samples must be finite");
  states_.extend(count) = states;
  discrepancies_.extend(count) = discrepancies;
  slices_.insert(slices_.end(), slices.begin(), slices.end());
  iterations_.insert(iterations_.end(), iterations.begin(), iterations.end());
}

void Harvest::shift(const std::vector<Index>& slices, const StatesView& biases) {
  check(biases.rows() == dimension() && biases.cols() == static_cast<Index>(slices.size()),
        "a bias of " + std::to_string(dimension()) + " components is needed for each slice");
  check(biases.allFinite(), "biases must be finite");
  std::unordered_map<Index, Index> column_of;
  for (std::size_t j = 0; j < slices.size(); ++j) column_of.emplace(slices[j], static_cast<Index>(j));
  StatesOut discrepancies = discrepancies_.mutable_view();
  for (std::size_t i = 0; i < slices_.size(); ++i) {
    const auto found = column_of.find(slices_[i]);
    if (found != column_of.end()) discrepancies.col(static_cast<Index>(i)) += biases.col(found->second);
  }
}

}  // namespace forerun
