#include "core/base/time_grid.h"

#include <cmath>
#include <stdexcept>
#include <string>

namespace forerun {
namespace {

constexpr Index kMaxSlices = 1'000'000'000;

void check_interval(double begin, double end, Index num_slices) {
  if (!std::isfinite(begin) || !std::isfinite(end) || !(begin < end)) {
    throw std::invalid_argument("time interval [" + std::to_string(begin) + ", " + std::to_string(end) +
                                "]: begin and end must be finite and begin < end");
  }
  if (num_slices < 1 || num_slices > kMaxSlices) {
    throw std::invalid_argument("slices = " + std::to_string(num_slices) + ": must be from 1 to 1000000000");
  }
}

}  // namespace

TimeGrid::TimeGrid(double begin, double end, Index num_slices) : begin_(begin), end_(end) {
  check_interval(begin, end, num_slices);
  slices_.resize(static_cast<std::size_t>(num_slices));
  const double n_total = static_cast<double>(num_slices);
  double left = begin;
  for (Index n = 0; n < num_slices; ++n) {
    const bool last = n + 1 == num_slices;
    const double right = last ? end : begin + (end - begin) * (static_cast<double>(n + 1) / n_total);
    if (!(left < right)) {
      throw std::invalid_argument("slices = " + std::to_string(num_slices) +
                                  ": slices are shorter than the spacing of double-precision times");
    }
    slices_[static_cast<std::size_t>(n)] = Slice{n, left, right};
    left = right;
  }
}

TimeGrid::TimeGrid(std::span<const Slice> slices)
    : begin_(slices.front().begin), end_(slices.back().end), slices_(slices.begin(), slices.end()) {}

TimeGrid TimeGrid::part(Index first, Index count) const {
  if (first < 0 || count < 1 || first + count > num_slices())
    throw std::invalid_argument("part of a time grid: must be within its slices");
  return TimeGrid(slices(first, count));
}

std::span<const Slice> TimeGrid::slices(Index first, Index count) const {
  return std::span<const Slice>(slices_).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
}

double TimeGrid::boundary(Index n) const { return n == num_slices() ? end_ : slice(n).begin; }

}  // namespace forerun
