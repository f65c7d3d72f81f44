#include "solvers/linear/hartley_transform.h"

#include <cassert>
#include <cmath>
#include <numbers>

namespace forerun {
namespace {

constexpr double turn = 2.0 * std::numbers::pi;

Index odd_factor(Index size) {
  while (size % 2 == 0) size /= 2;
  return size;
}

/// Which row each leaf begins with: even rows stand before odd ones, and so do the even ones among either, and so on.
std::vector<Index> leaf_starts(std::size_t num_leaves) {
  std::vector<Index> starts{0};
  while (starts.size() < num_leaves) {
    const std::size_t half = starts.size();
    for (std::size_t i = 0; i < half; ++i) {
      starts[i] *= 2;
      starts.push_back(starts[i] + 1);
    }
  }
  return starts;
}

}  // namespace

HartleyTransform::HartleyTransform(Index size)
    : size_(size), odd_(odd_factor(size)), starts_(leaf_starts(static_cast<std::size_t>(size / odd_))) {
  assert(size >= 1);
  for (Index j = 0; j < odd_; ++j) {
    const double angle = turn * static_cast<double>(j) / static_cast<double>(odd_);
    cas_.push_back(std::cos(angle) + std::sin(angle));
  }
  for (Index j = 0; 2 * j < size; ++j) {
    const double angle = turn * static_cast<double>(j) / static_cast<double>(size);
    cosines_.push_back(std::cos(angle));
    sines_.push_back(std::sin(angle));
  }
}

}  // namespace forerun
