#pragma once

#include "core/base/state.h"

namespace forerun {

/// States of neighbouring slices, or at neighbouring boundaries: columns first … first + count − 1 of what belongs to a
/// whole grid, found by their place in it. A process holds those of its own slices.
class SliceStates {
 public:
  SliceStates(Index dimension, Index first, Index count) : states_(dimension, count), first_(first) {}

  Index rows() const { return states_.rows(); }
  Index first() const { return first_; }
  Index end() const { return first_ + states_.cols(); }
  auto col(Index n) { return states_.col(n - first_); }
  auto col(Index n) const { return states_.col(n - first_); }
  auto middleCols(Index n, Index count) { return states_.middleCols(n - first_, count); }
  auto middleCols(Index n, Index count) const { return states_.middleCols(n - first_, count); }

  /// All that are held, that of `first` in column 0.
  const States& held() const { return states_; }
  States& held() { return states_; }

 private:
  States states_;
  Index first_;
};

}  // namespace forerun
