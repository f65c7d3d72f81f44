#pragma once

#include "core/base/stop_scope.h"
#include "core/propagation/checked_propagation.h"
#include "core/record/run_record.h"

namespace forerun {

/// Writes down how a run ends: iterate() says why it has ended by itself; a slice that cannot be crossed and a stop
/// that was requested end it too.
template <typename Iterate>
void terminate_by(RunRecord& record, const Iterate& iterate) {
  try {
    record.termination = iterate();
  } catch (const SliceError& error) {
    record.termination = Termination::propagator_failed;
    record.failure = error.failure;
  } catch (const StopRequested&) {
    record.termination = Termination::interrupted;
  }
}

}  // namespace forerun
