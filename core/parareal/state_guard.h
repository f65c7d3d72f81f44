#pragma once

#include <span>

#include "core/base/state.h"
#include "core/base/state_norm.h"
#include "core/execution/slice_executor.h"
#include "core/execution/time_communicator.h"

namespace forerun {

/// The box of states known to be sound, and the question whether a predicted state is near it:
///
///   lower_i − s_i ≤ u_i ≤ upper_i + s_i,   s_i = margin · max(upper_i − lower_i, 10⁻³ · max(|lower_i|, |upper_i|, 1)),
///
/// infinite ends and widths counting as 0 in s.
///
/// A learned correction extrapolates wildly where it has seen nothing; a state that is non-finite or far outside of
/// everything the fine solver ever produced would cost a divergent fine solve. Refusing it cannot change the answer:
/// whatever starts the next fine solves, a fixed point of Parareal is the fine solution. Cost O(d) a question, O(d ·
/// states) to include states, parallel over components.
class StateGuard {
 public:
  /// Nothing is known: every finite state is admitted until states or bounds are included.
  StateGuard() = default;
  StateGuard(StateBounds box, double margin);

  /// Enlarges the box to hold every column but those whose entry in `left_out` is not 0; empty: every column. With a
  /// communicator: those of all processes.
  void include(const StatesView& states, SliceExecutor& executor, std::span<const char> left_out = {},
               TimeCommunicator* communicator = nullptr);
  bool admits(const StateView& state) const { return admits(state.data(), state.size()); }
  /// The state at this address: for loops over many small ones.
  bool admits(const double* state, Index dimension) const;

 private:
  /// The box of what the processes have in theirs.
  void unite(TimeCommunicator& communicator, Index dimension);
  void set_limits(Index first, Index count);

  StateBounds box_;
  double margin_ = 0.0;
  StateBounds limits_;  ///< the box with its slack
};

}  // namespace forerun
