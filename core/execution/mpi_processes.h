#pragma once

#include <memory>
#include <string>

#include "core/execution/time_communicator.h"

namespace forerun {

/// The processes that `mpirun` (or `srun`) has started this one among. MPI is known to the source of this alone.
///
/// Who waits looks at four things: what it waits for, whether another process has failed, whether one has ended that
/// should not have, and whether this one is told to stop (core/base/stop_scope.h). It does so at once, then with pauses
/// that grow to 0.2 ms, so that more processes than cores get on. Buffers are the communicator's own: what is given up
/// may still arrive.
class MpiProcesses {
 public:
  virtual ~MpiProcesses() = default;

  virtual TimeCommunicator& communicator() = 0;

  /// The end of the program, of all processes together. A process that `has_failed` ends those that still wait for it,
  /// who are told the reason (`RunAbandoned`).
  /// Returns the exit status to end with: that of rank 0, or where it is 0 the first of others that is not; 0 on other
  /// ranks, since one voice is enough. Where messages can no longer be matched, does not return: ends the job with that
  /// status when all have come here, or half a minute after the first did.
  virtual int end(int status, bool has_failed, const std::string& reason) = 0;
};

/// nullptr where this process was started alone. Throws std::runtime_error where it was not, and this build has no MPI,
/// or MPI cannot begin.
std::unique_ptr<MpiProcesses> begin_mpi_processes();

/// "Open MPI v4.1.4, …"; empty where this build has no MPI.
std::string mpi_version();

}  // namespace forerun
