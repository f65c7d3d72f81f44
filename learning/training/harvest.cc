#include "learning/training/harvest.h"

#include <atomic>
#include <stdexcept>
#include <string>
#include <unordered_map>

#include "learning/numerics/column_blocks.h"

namespace forerun {
namespace {

constexpr Index kBlock = 16;

void check(bool holds, const std::string& sentence) {
  if (!holds) throw std::invalid_argument("harvest: " + sentence);
}

}  // namespace

Harvest::Harvest(Index dimension) : states_(dimension), discrepancies_(dimension) {
  check(dimension >= 0, "the dimension must be ≥ 0, got " + std::to_string(dimension));
}

void Harvest::append(const SweepData& sweep, SliceExecutor& executor) {
  const Index count = static_cast<Index>(sweep.slices.size());
  check(sweep.states.rows() == dimension() && sweep.fine.rows() == dimension() && sweep.coarse.rows() == dimension(),
        "samples must have " + std::to_string(dimension()) + " components");
  check(sweep.states.cols() == count && sweep.fine.cols() == count && sweep.coarse.cols() == count,
        "as many states as fine and coarse values are needed");
  StatesOut states = states_.extend(count);
  StatesOut discrepancies = discrepancies_.extend(count);
  std::atomic<bool> finite = true;
  for_each_column_block(executor, count, kBlock, [&](Index first, Index size) {
    states.middleCols(first, size) = sweep.states.middleCols(first, size);
    discrepancies.middleCols(first, size) = sweep.fine.middleCols(first, size) - sweep.coarse.middleCols(first, size);
    if (!states.middleCols(first, size).allFinite() || !discrepancies.middleCols(first, size).allFinite())
      finite = false;
  });
  check(finite, "samples must be finite");
  for (const Slice& slice : sweep.slices) slices_.push_back(slice.index);
  iterations_.insert(iterations_.end(), sweep.slices.size(), sweep.iteration);
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

void Harvest::shift(const std::vector<Index>& slices, const StatesView& biases, SliceExecutor& executor) {
  check(biases.rows() == dimension() && biases.cols() == static_cast<Index>(slices.size()),
        "a bias of " + std::to_string(dimension()) + " components is needed for each slice");
  check(biases.allFinite(), "biases must be finite");
  std::unordered_map<Index, Index> column_of;
  for (std::size_t j = 0; j < slices.size(); ++j) column_of.emplace(slices[j], static_cast<Index>(j));
  StatesOut discrepancies = discrepancies_.mutable_view();
  for_each_column_block(executor, size(), kBlock, [&](Index first, Index count) {
    for (Index i = first; i < first + count; ++i) {
      const auto found = column_of.find(slices_[static_cast<std::size_t>(i)]);
      if (found != column_of.end()) discrepancies.col(i) += biases.col(found->second);
    }
  });
}

}  // namespace forerun
