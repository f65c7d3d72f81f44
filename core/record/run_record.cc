#include "core/record/run_record.h"

#include <algorithm>

#include "core/base/plain_text.h"

namespace forerun {

std::string_view to_string(Termination termination) {
  switch (termination) {
    case Termination::running:
      return "running";
    case Termination::converged:
      return "converged";
    case Termination::unconfirmed:
      return "unconfirmed";
    case Termination::iteration_limit:
      return "iteration limit";
    case Termination::time_limit:
      return "time limit";
    case Termination::propagator_failed:
      return "propagator failed";
    case Termination::interrupted:
      return "interrupted";
  }
  return "unknown";
}

PhaseSeconds& PhaseSeconds::operator+=(const PhaseSeconds& other) {
  total += other.total;
  fine += other.fine;
  coarse += other.coarse;
  fit += other.fit;
  predict += other.predict;
  return *this;
}

double IterationRecord::slice_fine_seconds() const {
  double seconds_of_all = 0.0;
  for (const LevelSweep& sweep : levels) seconds_of_all += sweep.slice_seconds;
  return seconds_of_all;
}

double IterationRecord::max_slice_fine_seconds() const {
  double slowest = 0.0;
  for (const LevelSweep& sweep : levels) slowest = std::max(slowest, sweep.max_slice_seconds);
  return slowest;
}

std::string SliceFailure::sentence() const {
  PlainText text;
  text << solver << " solver failed in slice " << slice << ", iteration " << iteration << ", at time " << time << ": "
       << reason;
  return text.str();
}

double RunRecord::effective_sweeps() const {
  double sweeps = 0.0;
  for (const IterationRecord& iteration : iterations) sweeps += iteration.fine_work;
  return sweeps;
}

std::optional<double> RunRecord::error() const { return iterations.empty() ? initial_error : iterations.back().error; }

}  // namespace forerun
