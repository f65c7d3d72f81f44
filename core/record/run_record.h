#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/state.h"

namespace forerun {

/// Why a run ended. Only `converged` is success.
enum class Termination {
  running,  ///< it has not: of a record that is written down meanwhile
  converged,
  unconfirmed,  ///< increments are below the tolerance, and the estimated error is not
  iteration_limit,
  time_limit,
  propagator_failed,
  interrupted
};

/// "running", "converged", "unconfirmed", "iteration limit", "time limit", "propagator failed", "interrupted".
std::string_view to_string(Termination termination);

/// Wall-clock seconds by what the calling thread did. `fine` is what it waited for fine solves; those that other
/// threads do while it sweeps cost nothing.
struct PhaseSeconds {
  double total = 0.0;
  double fine = 0.0;
  double coarse = 0.0;
  double fit = 0.0;
  double predict = 0.0;

  /// What is in `total` alone: norms, bookkeeping, observers, errors against a reference.
  double other() const { return total - (fine + coarse + fit + predict); }
  PhaseSeconds& operator+=(const PhaseSeconds& other);
};

/// The slices of one sweep that one level of the fidelity ladder served.
struct LevelSweep {
  Index level = 1;  ///< 1 the cheapest
  Index first_slice = 0;
  Index num_slices = 0;
  double slice_seconds = 0.0;      ///< inside the fine solver, summed over slices and threads
  double max_slice_seconds = 0.0;  ///< the slowest slice
};

/// One pass of equation (1). All norms are those of the run's `StateNorm`, maxima over slices.
struct IterationRecord {
  Index iteration = 0;             ///< k, from 1
  Index window = 1;                ///< of the run; slices are counted from its first (core/parareal/windows.h)
  std::vector<LevelSweep> levels;  ///< which level served which slices, in time order: the finest first
  bool at_top_level = true;        ///< the finest level served all of them
  Index measured_level = 0;        ///< the next level ran on a few of its slices, to see how far it is off; 0: none
  Index first_slice = 0;           ///< slices [first_slice, N) were propagated by the fine solver
  Index exact_front = 0;           ///< leading slices that equal the serial fine solution bit for bit
  Index converged_front = 0;       ///< leading slices frozen as exact or converged at the finest level
  double increment = 0.0;          ///< max_n ‖U[n]^k − U[n]^{k−1}‖
  double jump = 0.0;               ///< max_n ‖F(U[n]^{k−1}) − U[n+1]^{k−1}‖
  double estimated_error = 0.0;    ///< see core/parareal/error_estimate.h; infinite while nothing can be said
  std::optional<double> error;     ///< max_n ‖U[n]^k − reference[n]‖, where a reference was given
  double fine_work = 0.0;          ///< work of this iteration's fine sweep ÷ one full pass of the finest level
  PhaseSeconds seconds;
  std::string corrector;                             ///< what served the sweep, "classic" for m = 0
  std::optional<double> predicted_correction_error;  ///< of what served the sweep; see CorrectionErrors
  std::optional<double> found_correction_error;      ///< of what served the sweep before
  /// Slices that the fine solver could not cross from a predicted start: they cost an iteration, not the run.
  Index num_uncrossed = 0;
  /// These, predictions refused by the state safeguard, and slices that the coarse solver could not cross.
  Index num_fallbacks = 0;

  /// The level of the last slice: the cheapest in use.
  Index level() const { return levels.empty() ? 1 : levels.back().level; }
  /// Seconds spent inside the fine solver, summed over slices and threads.
  double slice_fine_seconds() const;
  /// The slowest slice: what the fine sweep costs on N processors.
  double max_slice_fine_seconds() const;
};

/// Where and why a propagator failed.
struct SliceFailure {
  Index slice = 0;
  Index iteration = 0;
  double time = 0.0;
  std::string solver;  ///< "fine" or "coarse"
  std::string reason;

  /// "fine solver failed in slice 3, iteration 1, at time 0.25: …"
  std::string sentence() const;
};

/// What a run makes of a small error of its initial state, by the growths that it has seen.
struct ErrorGrowth {
  double largest = 1.0;  ///< at any boundary
  double at_end = 1.0;
};

/// Everything a run has to say about itself.
struct RunRecord {
  Termination termination = Termination::running;
  /// d × (N + 1); column n is U[n], the last good iterate. Of a run that processes share: what this one holds, from
  /// U[first_boundary] on.
  States boundaries;
  Index first_boundary = 0;
  std::vector<IterationRecord> iterations;
  Index num_windows = 1;                ///< that the grid was divided into
  Index last_window = 1;                ///< that was begun; those after it were not run
  std::optional<double> initial_error;  ///< error of the initial coarse sweep
  std::string initial_corrector = "classic";
  Index initial_fallbacks = 0;   ///< as `num_fallbacks`, in the initial sweep
  PhaseSeconds initial_seconds;  ///< of the initial sweep
  PhaseSeconds seconds;          ///< of the whole run, from its first moment to its last
  std::optional<SliceFailure> failure;
  std::optional<SliceFailure> first_uncrossed;       ///< the first fine solve that failed from a predicted start
  std::optional<SliceFailure> first_coarse_failure;  ///< the first slice that the coarse solver could not cross
  std::vector<std::string> learning_failures;        ///< what trainer and corrections threw
  ErrorGrowth growth;                                ///< of Parareal in one window
  /// What a reader of the result should know, a sentence each; see core/record/run_warnings.h.
  std::vector<std::string> warnings;

  bool converged() const { return termination == Termination::converged; }
  Index num_iterations() const { return static_cast<Index>(iterations.size()); }
  /// Fine work of all iterations ÷ one full fine pass.
  double effective_sweeps() const;
  /// Error of the final iterate.
  std::optional<double> error() const;
};

}  // namespace forerun
