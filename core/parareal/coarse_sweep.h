#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/base/slice_states.h"
#include "core/execution/time_communicator.h"
#include "core/parareal/coarse_trainer.h"
#include "core/parareal/parareal_options.h"
#include "core/parareal/state_guard.h"
#include "core/propagation/propagator.h"
#include "core/record/run_record.h"

namespace forerun {

/// Puts a state back where the fine solver accepts it, in place: on the manifold of a differential-algebraic equation,
/// among the states whose concentrations are not negative. States that fine solves return must not change by more than
/// rounding. Called on the thread that runs the loop. Empty: states are taken as they are.
using StateProjection = std::function<void(StateOut)>;

/// The serial part of Parareal: G_k = G + m_k run through the slices, and what must be remembered of it.
///
/// Keeps G(U[n]) for the current iterate; the first sweep of a run fills it, each corrected sweep renews it.
/// Where the coarse solver cannot cross a slice (it throws, whatever it is, or its result is not finite), it stands for
/// the identity there: any deterministic G will do for Parareal, so a coarse solver that fails costs iterations and not
/// the run. A correction that throws is not used for that slice.
/// Likewise a state that classic Parareal throws out of the known range by more than twice its widths gives way to the
/// fine value (in the first sweep: to the state before): any start of the next fine solves will do, too.
/// A `projection` puts predicted states back where the fine solver accepts them, before anything else sees them. States
/// that are exact are left alone.
/// `boundaries` holds U[n] in column n and is changed in place. Throws `StopRequested`.
///
/// Of a run that processes share each sweeps its own slices: `receive` brings what the process before has left, `hand
/// on` gives the next one its start. That one may refuse it as a slice of one's own does, which `hand_on` waits for: a
/// coarse solve, and only where a correction serves. `share` tells all what happened in the sweep.
class CoarseSweep {
 public:
  CoarseSweep(const TimeGrid& grid, const Propagator& coarse, const PararealOptions& options, const StateNorm& norm,
              const StateProjection& projection, bool with_correction, TimeCommunicator& communicator);

  /// U[n+1] = G_0(U[n]), U[0] = `initial`; a corrected state that is non-finite or far out of `options.bounds` is
  /// replaced by G's.
  void start(const State& initial, const Correction* correction, SliceStates& boundaries, SliceExecutor& executor);

  /// Tells the guard which states are sound: those that the fine solver has just produced, F(U[n]) for n = first … N
  /// − 1, but for the slices it could not cross.
  void include_sound_states(Index first, const SliceStates& fine, const std::vector<char>& uncrossed,
                            SliceExecutor& executor);

  /// m_k(U[n]) at the states that the corrected sweep will replace, in parallel. Passes on what the correction throws.
  void correct_old_states(const Correction& correction, Index first, const SliceStates& boundaries,
                          SliceExecutor& executor);

  /// A corrected sweep: begin, `cross` for n = first … N − 1 (of these the own ones, `receive` before and `hand_on`
  /// after them), share. With a correction, `correct_old_states` comes before, with the same one.
  void begin(const Correction* correction, Index iteration, Index first);
  /// U[n]' of the first own slice, F(U[n − 1]), and increments and what was carried on of all slices before.
  void receive(SliceStates& boundaries, SliceStates& fine);
  /// U[n+1]' = F(U[n]) + (G_k(U[n]') − G_k(U[n])). Slice `first` starts from a state that does not change, so its
  /// bracket is exactly zero: it becomes F(U[first]) and costs nothing. May change U[n]' once more, with what is said
  /// of slice n − 1.
  void cross(Index n, SliceStates& boundaries, const SliceStates& fine);
  void hand_on(SliceStates& boundaries, const SliceStates& fine);
  void share();

  /// G(U[n]) in column n.
  const SliceStates& coarse() const { return coarse_; }
  /// Of each slice: not 0 where the identity stands for G.
  const std::vector<char>& uncrossed() const { return uncrossed_; }
  /// ‖U[n+1]' − U[n+1]‖ of each slice the last sweep ran through.
  const std::vector<double>& increments() const { return increments_; }
  /// ‖G_k(U[n]') − G_k(U[n])‖, likewise: how far slice n carried the change of its start on.
  const std::vector<double>& carried() const { return carried_; }
  /// How often the last sweep did not use what coarse solver and correction gave, and the seconds it spent in m_k.
  Index num_fallbacks() const { return num_fallbacks_; }
  /// The first slice that the coarse solver could not cross in the last sweep, and why.
  const std::optional<SliceFailure>& failure() const { return failure_; }
  double predict_seconds() const { return predict_seconds_; }

 private:
  /// out = G(in), at that address, or `in` where the coarse solver cannot cross the slice; then false.
  bool propagate(Index n, const StateView& in, double* out);
  /// G(U[n]'). A predicted state that the coarse solver cannot start from is refused like any other unsound prediction:
  /// F(U[n − 1]) takes its place.
  void propagate_or_step_back(Index n, SliceStates& boundaries, const SliceStates& fine);
  /// U[n]' becomes F(U[n − 1]).
  void step_back(Index n, SliceStates& boundaries, const SliceStates& fine);
  /// new_correction_ = m_k(state); false where the correction throws.
  bool evaluate(const Correction& correction, Index n, const StateView& state, const StateView& coarse);
  void predict(Index n, const StateView& state, const StateView& fine);
  /// Puts the predicted state at this address back on its manifold; false where that fails.
  bool project(double* state) const;
  /// U[n+1]' = the state at this address; `fine` is where F(U[n]) is.
  void replace_boundary(Index n, const double* state, const double* fine, SliceStates& boundaries);
  bool receive_start(SliceStates& boundaries);
  void hand_on_start(bool is_corrected, SliceStates& boundaries);
  /// Where the start of the first own slice came from another process, that is told whether it was refused.
  void answer(bool is_refused);
  bool is_refused_by_next();
  void share_failure();

  const TimeGrid& grid_;
  const Propagator& propagator_;
  const PararealOptions& options_;
  const StateNorm& norm_;
  const StateProjection& projection_;
  TimeCommunicator& communicator_;
  const SliceRange own_;
  SliceStates coarse_;       ///< G(U[n]), bare; from the slice before the own ones on
  SliceStates corrections_;  ///< m_k(U[n]); empty without a correction
  State new_coarse_;
  State new_correction_;
  State new_state_;
  std::vector<double> message_;  ///< between processes
  std::vector<char> uncrossed_;
  std::vector<double> increments_;
  std::vector<double> carried_;
  StateGuard guard_;          ///< the typical range, and what fine solves have shown to be sound
  StateGuard initial_guard_;  ///< for predictions before there were any
  StateGuard loose_guard_;    ///< against an unstable coarse solver
  bool knows_range_;
  const Correction* correction_ = nullptr;
  Index iteration_ = 0;
  Index first_ = 0;
  Index num_fallbacks_ = 0;
  std::optional<SliceFailure> failure_;
  double predict_seconds_ = 0.0;
};

}  // namespace forerun
