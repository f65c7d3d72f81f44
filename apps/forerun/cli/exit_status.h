#pragma once

namespace forerun {

/// What the process returns to its caller; scripts may rely on these numbers.
enum class ExitStatus : int {
  ok = 0,
  internal_error = 1,  ///< a defect of Forerun, or no memory
  usage = 2,           ///< the command line or the configuration breaks a rule
  not_converged = 3,   ///< a limit was reached first; the best iterate is written all the same
  input_output = 4,    ///< a file could not be read or written
  bad_model = 5,       ///< a model file is damaged, or was learned on another problem
  solver_failed = 6,   ///< a propagator gave up, returned a non-finite state or took longer than it may
  hung_up = 129,       ///< SIGHUP, SIGINT, SIGTERM, as shells count them
  interrupted = 130,
  terminated = 143,
};

/// Of work that was not begun, or not brought to an end of its own.
constexpr bool is_failure(ExitStatus status) {
  return status == ExitStatus::internal_error || status == ExitStatus::usage || status == ExitStatus::input_output ||
         status == ExitStatus::bad_model;
}

}  // namespace forerun
