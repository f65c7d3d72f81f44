#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "core/propagation/propagator.h"
#include "core/record/solve_log.h"

namespace forerun {

/// A propagator whose results a `SolveLog` keeps, and which are not computed again where the log knows them: bit for
/// bit what `inner` gives, as both are functions of slice and state.
///
/// `role` tells solvers of one log apart. A solver that turns out too cheap to be kept is timed at one call in 64 only;
/// then a call costs a few nanoseconds more than `inner`'s own.
/// Holds references; thread-safe as `Propagator` says.
class LoggedPropagator final : public Propagator {
 public:
  LoggedPropagator(const Propagator& inner, SolveLog& log, std::string_view role);

  Index dimension() const override { return inner_.dimension(); }
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override;
  Index block_size() const override { return inner_.block_size(); }
  void propagate_block(std::span<const Slice> slices, const StatesView& in, StatesOut out) const override;
  double work_per_slice() const override { return inner_.work_per_slice(); }
  double work(const Slice& slice, const StateView& in) const override { return inner_.work(slice, in); }

 private:
  Digest128 key(const Slice& slice, const StateView& in) const;
  bool is_cheap_call() const;
  bool is_worth_keeping(double seconds, Index num_slices) const;
  void cross_unknown(std::span<const Slice> slices, const StatesView& in, StatesOut out) const;

  const Propagator& inner_;
  SolveLog& log_;
  const std::uint64_t role_;
  mutable std::atomic<bool> is_cheap_ = false;
  mutable std::atomic<std::uint32_t> num_calls_ = 0;
};

}  // namespace forerun
