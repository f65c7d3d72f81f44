#pragma once

#include <spdlog/logger.h>

#include <optional>
#include <stop_token>
#include <vector>

#include "apps/forerun/cli/console.h"
#include "apps/forerun/precision/parallel_study.h"
#include "apps/forerun/precision/work_precision.h"
#include "apps/forerun/run/experiment.h"

namespace forerun {

/// What serial stepping could do with another solver: time parallelism must beat that, not a fine solver that nobody
/// would choose.
struct SerialAdvice {
  Index slices = 0;                             ///< the first ones of the run, that solvers were measured on
  PrecisionPoint configured;                    ///< the fine solver of the configuration
  std::optional<PrecisionPoint> as_accurate;    ///< the fastest with at most its error
  std::optional<PrecisionPoint> good_enough;    ///< the fastest with an error of at most the run's tolerance
  std::vector<ParallelPoint> parallel;          ///< with our own fastest as fine solver, as accurate as configured
  std::optional<PrecisionPoint> parallel_fine;  ///< that solver; no value: Parareal was not measured
  bool time_was_up = false;                     ///< not every method was measured
};

/// The fastest of its parallel runs that is as accurate as the configured fine solver, but for the share that
/// `parallel_study.h` leaves to the iteration; nullptr: none is.
const ParallelPoint* fastest_as_accurate(const SerialAdvice& advice);

/// Measures every integrator on the first slices, as many as `budget_seconds` allow for, against the fine solver made
/// so much finer that its error is a tenth or less; then, where that covers the whole run, Parareal over the fastest.
/// No value where the finer solver fails or does not differ from the configured one by a finite number. Throws
/// `StopRequested`.
std::optional<SerialAdvice> advise_on_serial(const ConfigDocument& document, const Experiment& experiment,
                                             double fine_slice_seconds, double budget_seconds, const Console& console,
                                             spdlog::logger& logger, const std::stop_token& stop);

}  // namespace forerun
