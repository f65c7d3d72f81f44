#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "apps/forerun/cli/console.h"
#include "apps/forerun/record/disturbance.h"
#include "apps/forerun/run/experiment.h"
#include "apps/forerun/run/warm_start.h"
#include "core/parareal/intermediate_states.h"
#include "core/propagation/serial_fine.h"
#include "core/record/iteration_observer.h"
#include "core/record/run_record.h"
#include "core/record/speedup_model.h"
#include "learning/training/learned_model.h"

namespace spdlog {
class logger;
}

namespace forerun {

/// What [output] asks for; neither where it was stopped.
struct OutputPass {
  std::optional<IntermediateStates> found;
  std::optional<SliceFailure> failure;
};

/// One run with one corrector.
struct CorrectorRun {
  NamedChoice corrector;
  RunRecord record;
  bool warm = false;                  ///< started from the model file
  std::optional<LearnedModel> model;  ///< what it knows now, where the corrector learns
  std::optional<double>
      measured_speedup;  ///< time for choosing levels included; nullopt as well where the run did not converge
  std::optional<ModelledSpeedup> modelled;  ///< nullopt where the run did not converge, or was shared by processes
  std::vector<double> timings;              ///< total seconds of each repetition; empty where there was none
  std::vector<double> error_bounds{};       ///< after each iteration (spectral_bound.h); empty where there is none
  std::optional<OutputPass> output;         ///< nullopt where none is wanted, or the run did not converge
};

/// Several correctors on the same problem. Where processes share the runs, each has its own states of each
/// (core/execution/held_boundaries.h), and all else.
struct Comparison {
  std::optional<SerialSolution> serial_fine;  ///< its seconds are the median of its repetitions
  std::vector<double> serial_timings;         ///< seconds of each repetition; empty where there was none
  std::optional<Disturbance> disturbance;     ///< by other work on the machine, where times are compared
  std::vector<CorrectorRun> runs;
  std::vector<std::string> not_run;  ///< correctors that an interrupt kept from running
  bool interrupted = false;
  bool running = false;  ///< of one that is written down meanwhile

  /// The serial fine solution was computed to its end.
  bool has_reference() const { return serial_fine && !serial_fine->failure && !serial_fine->interrupted; }
};

class Checkpoint;

struct ComparisonPlan {
  std::vector<NamedChoice> correctors;
  bool reference = false;
  std::optional<WarmStart> warm_start;  ///< serves the corrector of its kind, and the guard
  bool keep_models = false;             ///< fill `CorrectorRun::model`
  bool keep_output = false;             ///< fill `CorrectorRun::output`
  bool quiet = false;
  bool repeat = false;               ///< time short runs several times (repeated_timings.h), where there is a reference
  Checkpoint* checkpoint = nullptr;  ///< what is computed is kept in it, and what it knows is not computed again
};

/// Is told how a comparison goes, on the thread that carries it out, but for `on_abandon`.
class ComparisonObserver {
 public:
  virtual ~ComparisonObserver() = default;

  /// The serial solution, as far as it came.
  virtual void on_reference(const SerialSolution& /*serial_fine*/) {}
  /// A run is about to begin; what is returned sees it from inside (nullptr: nobody).
  virtual IterationObserver* on_begin(const CorrectorRun& /*run*/) { return nullptr; }
  /// It has been solved; what it has learned is still to be put together.
  virtual void on_solved(const CorrectorRun& /*run*/) {}
  virtual void on_end(const CorrectorRun& /*run*/) {}
  /// The process ends when this returns, because a solver does not: keeps what is known and says where. On another
  /// thread.
  virtual std::string on_abandon(const SliceFailure& /*failure*/) { return {}; }
};

/// Largest distance of a run's states from the serial fine solution, in the experiment's norm; infinite where one is
/// not finite.
double largest_error(const Experiment& experiment, const States& boundaries, const States& reference);

/// Fills in the speed-ups of a run that has converged: modelled, and measured where there is the serial solution.
void measure_speedups(const Experiment& experiment, const Comparison& comparison, CorrectorRun& run);

/// Carries the plan out, one run after the other, and times again what is short where the plan wants that; a failed run
/// does not keep the others from running, an interrupt does. A fine solver that overruns its limit and does not stop
/// ends the process (hanging_solver.h).
Comparison carry_out(const ComparisonPlan& plan, const Experiment& experiment, const Console& console,
                     spdlog::logger& logger, std::stop_token stop, ComparisonObserver* observer = nullptr);

}  // namespace forerun
