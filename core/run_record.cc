#include "core/run_record.h"

#include <sstream>

namespace forerun {

std::string_view to_string(Termination termination) {
  switch (termination) {
    case Termination::converged:
      return "converged";
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

std::string SliceFailure::sentence() const {
  std::ostringstream text;
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
