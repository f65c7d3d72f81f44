#pragma once

#include <vector>

#include "core/base/state_norm.h"
#include "core/execution/slice_executor.h"
#include "core/execution/time_communicator.h"

namespace forerun {

struct PararealOptions;

/// What a run says of the scale that its errors are measured in.
struct ScaleOptions {
  double tolerance = 5e-7;          ///< ε
  StateNorm norm{};                 ///< with the bounds, where there are some
  double absolute_tolerance = 0.0;  ///< a
};

ScaleOptions scale_options(const PararealOptions& options);

/// The scale that the tolerance of a run is relative to, as ODE solvers have it:
///
///   ‖e‖ < ε   means   |e_i| < ε s_i + a   in every component (or in the root mean square),
///
/// ε = `tolerance`, a = `absolute_tolerance`, s_i the component's scale, from the run's own states u (of every slice):
///
///  * with bounds: s_i = b_i · f, b_i half the bounds' width. They are believed, f = 1, while the run's size
///    max |u_i| / b_i is between an eighth and 10⁴; else f is that size, so that states of 10⁻⁷ or 10¹² are held to the
///    same relative error, whatever box was stated for them.
///  * without: s_i = max_n |u_i|, at least 100 roundings ÷ ε of the largest component: no component is asked for
///    digits that arithmetic with the others has lost. Where every state is 0: 1.
///
/// The scale follows the newest fine values, so that what a wild iterate has inflated does not stay. It changes only in
/// `follow`. Cost O(d · states), in parallel; deterministic.
class StateScale {
 public:
  StateScale(const ScaleOptions& options, const State& initial);

  const StateNorm& norm() const { return norm_; }
  /// True where s is that of the bounds as stated. Else it may still change, and no slice should be frozen before the
  /// others are known.
  bool is_fixed() const { return is_fixed_; }
  /// max_i |u_i| / s_i over the states last followed: what rounding errors are relative to.
  double size() const { return size_; }

  /// s from the initial state and these states, and those of the other processes; not while anything uses `norm`.
  /// Non-finite states are passed over.
  void follow(const StatesView& states, SliceExecutor& executor, TimeCommunicator* communicator = nullptr);

 private:
  void follow_bounds(const StatesView& states, SliceExecutor& executor, TimeCommunicator* communicator);
  void follow_components(const StatesView& states, SliceExecutor& executor, TimeCommunicator* communicator);
  void set_scale(const State& scale);

  const ScaleOptions options_;
  const State initial_;
  StateNorm norm_;
  bool is_fixed_;
  double size_ = 1.0;
  double factor_ = 0.0;  ///< f; 0: not set yet
  std::vector<double> sizes_;
  State largest_;
};

/// The norm that a run which ended with these states measured their errors in.
StateNorm norm_of_states(const ScaleOptions& options, const States& states);

}  // namespace forerun
