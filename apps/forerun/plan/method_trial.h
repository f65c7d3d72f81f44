#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "apps/forerun/cli/console.h"
#include "apps/forerun/plan/method_model.h"
#include "apps/forerun/plan/trial.h"

namespace forerun {

/// Another method than Parareal with keys of [method] to try it with.
struct MethodSettings {
  std::string method;
  std::vector<std::pair<std::string, ParameterValue>> keys;
};

/// MGRIT with short and with long intervals, PFASST and ParaExp.
std::vector<MethodSettings> methods_to_try();

/// The lines of a configuration that ask for it.
std::string configuration_lines(const MethodSettings& settings);

/// What a run by another method would take, from a trial with the cheap stand-in where the method knows the fine solver
/// by its results alone (MGRIT, ParaExp), and with the solver itself where it does not (PFASST).
struct MethodTrial {
  MethodSettings settings;
  std::string unsuited;   ///< why it was not tried; empty: it was
  std::string shortfall;  ///< in words, where it was not solved
  bool solved = false;
  bool interrupted = false;
  double seconds = 0.0;  ///< what the trial took
  Index num_iterations = 0;
  double effective_sweeps = 0.0;
  std::optional<double>
      contraction;    ///< what an iteration leaves of the residual, on average; no value: one was enough
  MethodCost cost;    ///< of the run with F itself, at the probed seconds
  ScalingPoint here;  ///< modelled
  ScalingPoint there;
};

/// Solves the configuration's problem by the method, for about `max_seconds`; `here` and `there` are left to the
/// caller.
MethodTrial run_method_trial(const ConfigDocument& document, const Experiment& configured, const SolverProbe& probe,
                             const SolverSpec& stand_in, const MethodSettings& settings, double max_seconds,
                             const Console& console, const std::stop_token& stop);

/// (last ÷ first)^(1 ÷ (count − 1)); no value for fewer than two, or where one is not positive.
std::optional<double> mean_contraction(const std::vector<double>& values);

}  // namespace forerun
