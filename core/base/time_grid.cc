#include "core/base/time_grid.h"

#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/base/number_text.h"

namespace forerun {
namespace {

constexpr Index kMaxSlices = 1'000'000'000;

void check_interval(double begin, double end, Index num_slices) {
  if (!std::isfinite(begin) || !std::isfinite(end) || !(begin < end)) {
    throw std::invalid_argument("time interval [" + shortest_text(begin) + ", " + shortest_text(end) +
                                "]: begin and end must be finite and begin < end");
  }
  if (num_slices < 1 || num_slices > kMaxSlices) {
    throw std::invalid_argument("slices = " + std::to_string(num_slices) + ": must be from 1 to 1000000000");
  }
}

std::vector<Slice> slices_between(const std::vector<double>& boundaries) {
  const Index num_slices = static_cast<Index>(boundaries.size()) - 1;
  if (num_slices < 1) throw std::invalid_argument("boundaries: must be two times or more");
  check_interval(boundaries.front(), boundaries.back(), num_slices);
  std::vector<Slice> slices;
  for (std::size_t n = 0; n + 1 < boundaries.size(); ++n) {
    if (!(boundaries[n] < boundaries[n + 1]) || !std::isfinite(boundaries[n + 1])) {
      throw std::invalid_argument("boundaries: number " + std::to_string(n + 2) + ", " +
                                  shortest_text(boundaries[n + 1]) +
                                  ": must be finite and later than the one before, " + shortest_text(boundaries[n]));
    }
    slices.push_back({static_cast<Index>(n), boundaries[n], boundaries[n + 1]});
  }
  return slices;
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

TimeGrid::TimeGrid(const std::vector<double>& boundaries) : TimeGrid(slices_between(boundaries)) {}

TimeGrid::TimeGrid(std::vector<Slice> slices)
    : begin_(slices.front().begin), end_(slices.back().end), slices_(std::move(slices)) {}

TimeGrid TimeGrid::part(Index first, Index count) const {
  if (first < 0 || count < 1 || first + count > num_slices())
    throw std::invalid_argument("part of a time grid: must be within its slices");
  const std::span<const Slice> kept = slices(first, count);
  return TimeGrid(std::vector<Slice>(kept.begin(), kept.end()));
}

std::span<const Slice> TimeGrid::slices(Index first, Index count) const {
  return std::span<const Slice>(slices_).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
}

double TimeGrid::boundary(Index n) const { return n == num_slices() ? end_ : slice(n).begin; }

}  // namespace forerun
