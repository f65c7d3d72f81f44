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

namespace {

/// Where each process's numbers begin in a row of all, and where the last ones end.
std::vector<Index> begins_of(int size, const std::function<Index(int)>& count_of) {
  std::vector<Index> begins = {0};
  for (int rank = 0; rank < size; ++rank) begins.push_back(begins.back() + count_of(rank));
  return begins;
}

}  // namespace

void share_owned(TimeCommunicator& communicator, std::span<double> values, Index num_slices, Index width) {
  const int size = communicator.size();
  if (size == 1) return;
  communicator.share(values,
                     begins_of(size, [&](int rank) { return width * owned_slices(rank, size, num_slices).count; }));
}

std::vector<double> shared_numbers(TimeCommunicator& communicator, std::span<const double> mine,
                                   const std::function<Index(int)>& count_of) {
  const std::vector<Index> begins = begins_of(communicator.size(), count_of);
  std::vector<double> all(static_cast<std::size_t>(begins.back()));
  std::copy(mine.begin(), mine.end(), all.begin() + begins[static_cast<std::size_t>(communicator.rank())]);
  communicator.share(all, begins);
  return all;
}

void SoleProcess::send(int /*to*/, std::span<const double> /*numbers*/) {
  throw std::logic_error("one process alone has nobody to send to");
}

void SoleProcess::receive(int /*from*/, std::span<double> /*numbers*/) {
  throw std::logic_error("one process alone has nobody to receive from");
}

}  // namespace forerun
