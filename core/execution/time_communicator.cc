#include "core/execution/time_communicator.h"

#include <algorithm>
#include <stdexcept>

namespace forerun {

SliceRange SliceRange::from(Index slice) const {
  const Index begin = std::clamp(slice, first, end());
  return {begin, end() - begin};
}

SliceRange owned_slices(int rank, int size, Index num_slices) {
  const Index first = num_slices * rank / size;
  return {first, num_slices * (rank + 1) / size - first};
}

SliceRange owned_slices(const TimeCommunicator& communicator, Index num_slices) {
  return owned_slices(communicator.rank(), communicator.size(), num_slices);
}

void share_owned(TimeCommunicator& communicator, std::span<double> values, Index num_slices, Index width) {
  if (communicator.size() == 1) return;
  std::vector<Index> begins;
  for (int rank = 0; rank < communicator.size(); ++rank) {
    begins.push_back(width * owned_slices(rank, communicator.size(), num_slices).first);
  }
  begins.push_back(width * num_slices);
  communicator.share(values, begins);
}

std::vector<double> shared_numbers(TimeCommunicator& communicator, std::span<const double> mine,
                                   const std::function<Index(int)>& count_of) {
  std::vector<Index> begins = {0};
  for (int rank = 0; rank < communicator.size(); ++rank) begins.push_back(begins.back() + count_of(rank));
  std::vector<double> all(static_cast<std::size_t>(begins.back()));
  std::copy(mine.begin(), mine.end(), all.begin() + begins[static_cast<std::size_t>(communicator.rank())]);
  communicator.share(all, begins);
  return all;
}

States all_boundaries(States owned, Index num_slices, TimeCommunicator* communicator) {
  if (communicator == nullptr || communicator->size() == 1) return owned;
  States all(owned.rows(), num_slices + 1);
  const SliceRange own = owned_slices(*communicator, num_slices);
  all.middleCols(own.first, own.count + 1) = owned;
  std::vector<Index> begins;
  for (int rank = 0; rank < communicator->size(); ++rank) {
    begins.push_back(owned.rows() * owned_slices(rank, communicator->size(), num_slices).first);
  }
  begins.push_back(all.size());
  communicator->share({all.data(), static_cast<std::size_t>(all.size())}, begins);
  return all;
}

void SoleProcess::send(int /*to*/, std::span<const double> /*numbers*/) {
  throw std::logic_error("one process alone has nobody to send to");
}

void SoleProcess::receive(int /*from*/, std::span<double> /*numbers*/) {
  throw std::logic_error("one process alone has nobody to receive from");
}

}  // namespace forerun
