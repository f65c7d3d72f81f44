#pragma once

#include <functional>
#include <optional>

#include "apps/forerun/run/comparison.h"

namespace forerun {

/// What `repeat_timings` asks for; nullopt ends it, for a stop or a failure.
struct TimeAgain {
  std::function<std::optional<double>()> serial;                         ///< seconds of serial stepping
  std::function<std::optional<RunRecord>(const CorrectorRun& run)> run;  ///< the same run, which gives the same bits
  std::function<void(CorrectorRun& run)> measure;                        ///< `measure_speedups`
};

/// Serial stepping and the runs that have converged again, in turn, where they are short: of times of milliseconds one
/// alone says little. What comes of it:
///
///  * `timings` and `serial_timings` have all that counts: without the first time where serial stepping is shorter than
///    0.1 s, which is when threads start and pages are touched;
///  * times are those of the repetition whose total is the median (the lower of two), so that its parts belong
///  together;
///  * the modelled speed-up is the median of those of all repetitions.
///
/// What takes more than 5 s is not repeated, and nothing more than four times; all of it takes as long as everything
/// did the first time, or half a second.
void repeat_timings(Comparison& comparison, const TimeAgain& again);

}  // namespace forerun
