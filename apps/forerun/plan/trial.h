#pragma once

#include <stop_token>
#include <string>

#include "apps/forerun/cli/console.h"
#include "apps/forerun/run/experiment.h"
#include "core/record/iteration_history.h"

namespace forerun {

/// What F and G of a configuration cost and how far they are apart, measured on a few slices of the coarse solution
/// that F can cross from there.
struct SolverProbe {
  Index num_samples = 0;
  double fine_alone = 0.0;     ///< seconds of F on one slice
  double fine_in_lanes = 0.0;  ///< seconds a slice when as many as F likes are crossed together
  double coarse = 0.0;
  double discrepancy = 0.0;  ///< largest ‖F(u) − G(u)‖; G is the identity where it cannot cross a slice
};

/// Throws `PropagationError` where the fine solver fails from the initial state, as serial stepping would.
SolverProbe probe_solvers(const Experiment& experiment);

/// Largest ‖F(u) − F_s(u)‖ on the samples of `probe_solvers`, F_s a `cheaper` solver; infinite where it fails.
double difference_to_fine(const Experiment& experiment, const Propagator& cheaper);
double difference_to_fine(const Experiment& experiment, const SolverSpec& cheaper);

/// The cheapest version of the fine solver that stands in for F: F_s − F is below a hundredth of F − G, so that both
/// are corrected alike. F itself where none is. Of a solver that is not ours its levels are the versions there are.
SolverSpec stand_in(const Experiment& experiment, const SolverProbe& probe);

/// Another choice of slices and solvers for the same problem.
struct TrialSettings {
  Index slices = 1;
  SolverSpec fine;
  SolverSpec coarse;
  SolverSpec stand_in;  ///< what the trial runs in F's place
};

/// What a trial with the cheap stand-in says of the run it stands for.
struct Trial {
  TrialSettings settings;
  bool solved = false;        ///< converged, or on its way when its time was up
  bool extrapolated = false;  ///< its time was up: the last iterations are continued at the contraction seen
  bool interrupted = false;
  bool stand_in_failed = false;    ///< the cheap solver did; F itself may not
  std::string shortfall;           ///< in words, where it was not solved
  IterationHistory history;        ///< of the run with F itself, at the probed seconds
  std::vector<double> increments;  ///< of the iterations that were run
  double seconds = 0.0;            ///< what the trial took

  Index num_iterations() const { return static_cast<Index>(history.iterations.size()); }
  double effective_sweeps() const;
};

/// A trial's time is looked at after each iteration. One that takes so many times as long is broken off: an iteration
/// need not end, where steps that follow a tolerance go on from a state that is far off.
inline constexpr double kTrialPatience = 10.0;
inline constexpr const char* kBrokenOff = "broken off, an iteration took many times as long as a trial has";

/// Solves the configuration's problem with the stand-in, its own corrector and tolerance, for about `max_seconds`.
/// `configured` is the configuration as it is, which `probe` was measured on.
Trial run_trial(const ConfigDocument& document, const Experiment& configured, const SolverProbe& probe,
                const TrialSettings& settings, double max_seconds, const Console& console, const std::stop_token& stop);

}  // namespace forerun
