#pragma once

#include <functional>
#include <span>
#include <type_traits>
#include <utility>

#include "core/base/state.h"
#include "core/base/time_grid.h"

namespace forerun {

/// Carries a state across one time slice: out = P(slice, in).
///
/// Fine solver F and coarse solver G are both propagators. A propagator has no history: the result depends on
/// nothing but its arguments, so calling it twice, out of order, on another thread or as part of a block gives the
/// same bits. That is what makes the leading slices of Parareal equal to the serial fine solution exactly.
///
/// Thread-safety: all members are const and may run concurrently.
/// Errors: throws `PropagationError` (or any exception) when the slice cannot be crossed; a non-finite result
/// is treated as a failure by whoever called. So is a component that was not written, since runs make `out` not a
/// number beforehand; a result of another length throws as it is assigned (core/base/output_view.h).
class Propagator {
 public:
  virtual ~Propagator() = default;

  /// Number of components d of a state.
  virtual Index dimension() const = 0;

  /// out = P(slice, in); `in` and `out` have d components and do not overlap. `out` may share cache lines with results
  /// that other threads write meanwhile: intermediate states are better kept elsewhere.
  virtual void propagate(const Slice& slice, const StateView& in, StateOut out) const = 0;

  /// How many slices `propagate_block` likes to advance together (SIMD lanes); 1 where blocks gain nothing.
  virtual Index block_size() const { return 1; }

  /// Column j of `out` = P(slices[j], column j of `in`), bit for bit what `propagate` gives.
  /// Any number of slices is allowed. The default crosses them one by one.
  virtual void propagate_block(std::span<const Slice> slices, const StatesView& in, StatesOut out) const;

  /// Work of crossing one slice, in a unit shared by the levels of one fidelity ladder
  /// (for an integrator: evaluations of the right-hand side).
  virtual double work_per_slice() const { return 1.0; }

  /// The same for this slice from this state: a solver that chooses its own steps crosses it to know, and may throw as
  /// `propagate` does.
  virtual double work(const Slice& slice, const StateView& in) const;
};

/// The door for a solver that is a function, f(slice, in, out) or out = f(slice, in). `work` of a slice matters in a
/// fidelity ladder only. Both refuse a result of another length than `dimension` with std::invalid_argument.
class FunctionPropagator final : public Propagator {
 public:
  using Function = std::function<void(const Slice& slice, const StateView& in, StateOut out)>;

  FunctionPropagator(Index dimension, Function function, double work = 1.0);
  template <typename StateFunction>
  requires std::is_invocable_r_v<State, const StateFunction&, const Slice&, const StateView&> FunctionPropagator(
      Index dimension, StateFunction function, double work = 1.0)
      : FunctionPropagator(
            dimension,
            Function([function = std::move(function)](const Slice& slice, const StateView& in, StateOut out) {
              out = State(function(slice, in));
            }),
            work) {}

  Index dimension() const override { return dimension_; }
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override;
  double work_per_slice() const override { return work_; }

 private:
  Index dimension_;
  Function function_;
  double work_;
};

}  // namespace forerun
