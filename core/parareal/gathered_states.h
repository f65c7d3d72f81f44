#pragma once

#include "core/base/slice_states.h"
#include "core/execution/time_communicator.h"

namespace forerun {

/// The states of slices first … N − 1, a column each, on every process that shares a run. One process alone has them
/// already, and nothing is copied; `own` outlives this. Collective. Cost where they are shared: d N numbers reach and
/// stay with each process.
class GatheredStates {
 public:
  GatheredStates(const SliceStates& own, Index first, Index num_slices, TimeCommunicator& communicator)
      : own_(own), first_(first), count_(num_slices - first) {
    if (communicator.size() == 1) return;
    const SliceRange owned = owned_slices(communicator, num_slices);
    all_.resize(own.rows(), num_slices);
    all_.middleCols(owned.first, owned.count) = own.middleCols(owned.first, owned.count);
    share_owned(communicator, {all_.data(), static_cast<std::size_t>(all_.size())}, num_slices, own.rows());
  }

  StatesView view() const {
    if (all_.size() > 0) return all_.rightCols(count_);
    return own_.middleCols(first_, count_);
  }

 private:
  const SliceStates& own_;
  const Index first_;
  const Index count_;
  States all_;
};

}  // namespace forerun
