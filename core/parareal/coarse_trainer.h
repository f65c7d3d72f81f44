#pragma once

#include <optional>
#include <span>
#include <string>

#include "core/base/state.h"
#include "core/base/time_grid.h"
#include "core/execution/slice_executor.h"
#include "core/execution/time_communicator.h"

namespace forerun {

/// A correction m of the coarse solver, so that G + m is what the sweep runs: m(u) ≈ F(u) − G(u).
///
/// What G makes of the state is known wherever a correction is asked for, and may tell it more than the state does: for
/// equations G(u) − u is what their right-hand side does.
///
/// One immutable version of a model. Parareal evaluates both coarse values of an iteration from the same version, hence
/// the fixed point U[n+1] = F(U[n]) does not depend on m: a bad correction costs iterations, never the answer.
/// Thread-safety: evaluation is const and may run concurrently. Deterministic.
class Correction {
 public:
  virtual ~Correction() = default;

  /// out = m(u) for a state at the beginning of `slice`, `coarse` being G(u); physical units. One that does not look at
  /// `coarse` may be given an empty one.
  virtual void evaluate(const Slice& slice, const StateView& state, const StateView& coarse, StateOut out) const = 0;

  /// Column j of `out` = m(column j of `states`), for slices[j]; bit for bit what `evaluate` gives. `coarse` is of as
  /// many columns, or empty likewise.
  virtual void evaluate_block(std::span<const Slice> slices, const StatesView& states, const StatesView& coarse,
                              StatesOut out) const;
};

/// Column j of what was kept, or an empty state where nothing was.
inline StateView column_if_any(const StatesView& states, Index j) {
  return states.cols() > 0 ? StateView(states.col(j)) : StateView(State());
}

inline StatesView columns_if_any(const StatesView& states, Index first, Index count) {
  return states.cols() > 0 ? StatesView(states.middleCols(first, count)) : StatesView(States());
}

/// What one fine sweep found out, one slice per column: F and G at the states the slices began with.
struct SweepData {
  Index iteration = 0;
  std::span<const Index> levels;  ///< of the fidelity ladder that the fine values come from; never rising with time
  std::span<const Slice> slices;
  StatesView states;  ///< u
  StatesView fine;    ///< F(u)
  StatesView coarse;  ///< G(u), bare
  /// The next sweep is expected to reach what is wanted without a correction (m = 0): nothing need be learned for it.
  bool classic_will_do = false;
  /// 0: F or G could not cross this slice, another value stands in and must not be learned from. Empty: all are true.
  std::span<const char> is_true{};
  /// What slices do to a state depends on when they are, as in forced problems (`depends_on_time`).
  bool depends_on_time = false;
  /// What the finest level says of its work on a slice, for an integrator evaluations of the right-hand side; 1 where
  /// it says nothing.
  double fine_work = 1.0;

  /// Where processes share the run and the trainer looks at the states of its own slices alone
  /// (`CoarseTrainer::needs_all_states`): who they are, and the rank that holds each slice's states, never falling with
  /// time. `states`, `fine` and `coarse` are then those of this process's slices, one after the other from
  /// slices[first_held] on; all else is of all slices. nullptr and empty: the states are of all.
  TimeCommunicator* processes = nullptr;
  std::span<const int> owners{};
  Index first_held = 0;

  bool holds_true(std::size_t slice) const { return is_true.empty() || is_true[slice] != 0; }
  /// Whether states of slices[slice] are here, and in which column.
  bool holds(std::size_t slice) const { return owners.empty() || owners[slice] == processes->rank(); }
  Index column(std::size_t slice) const { return static_cast<Index>(slice) - first_held; }
};

/// How far the change of a correction between two states of one slice is from that of the discrepancy δ = F − G,
/// ‖(m(u') − m(u)) − (δ(u') − δ(u))‖ in the norm of the scaled state, a mean over slices. That error, and no other of
/// m, is what an iteration leaves behind.
struct CorrectionErrors {
  std::optional<double> predicted;  ///< of the correction that serves now, by how it did before
  std::optional<double> found;      ///< of the one that served the sweep before, measured by the fine sweep after it
};

/// The seam between the loop and a learner: sweeps in, the next correction out.
///
/// The correction returned stays valid and unchanged until the next call of `train`. nullptr stands for m = 0, i.e.
/// classic Parareal. Deterministic, independent of the number of threads.
class CoarseTrainer {
 public:
  virtual ~CoarseTrainer() = default;

  /// The correction for the initial sweep: what was known before this run (nullptr: nothing).
  virtual const Correction* initial_correction() = 0;

  /// Of a run that processes share: whether a sweep of so many slices at most must come with the states of all of them
  /// (3 d numbers a slice, which reach each process in each iteration and stay with it), or with those of the process's
  /// own slices. The trainer then has its ways to tell the others what they need to know, and all call its members
  /// alike; the correction is asked for on own slices alone. Everywhere and throughout a run the same.
  virtual bool needs_all_states(Index /*num_slices*/) const { return true; }

  /// Learns from a sweep and returns the correction that serves this iteration's sweep.
  virtual const Correction* train(const SweepData& sweep, SliceExecutor& executor) = 0;

  /// The run goes on behind the slices seen so far: the next sweep is the first of others. What has been learned may
  /// serve their initial sweep (`initial_correction` is asked next) and should prove itself in the sweep that follows.
  virtual void next_window(SliceExecutor& /*executor*/) {}

  /// Which corrector serves the sweep; goes to the record.
  virtual std::string serving() const = 0;

  /// Fine solves that the correction takes for each slice that a sweep replaces, beside the sweep's own: they count as
  /// fine work.
  virtual double fine_solves() const { return 0.0; }

  /// For the record, from a trainer that checks its corrections.
  virtual CorrectionErrors errors() const { return {}; }

  /// Why the latest call of `train` could not learn and went without its correction, in words; empty where it could.
  virtual std::string trouble() const { return {}; }
};

}  // namespace forerun
