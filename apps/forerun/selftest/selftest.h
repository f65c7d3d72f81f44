#pragma once

#include <stop_token>
#include <string>
#include <vector>

namespace forerun {

class TimeCommunicator;

/// One thing that a self-test has tried.
struct SelfTestCheck {
  enum class Outcome {
    passed,
    failed,
    absent,  ///< an optional part that this build or this machine does not have
  };
  std::string name;
  Outcome outcome = Outcome::failed;
  std::string detail;  ///< what was found
  double seconds = 0.0;
};

/// "passed", "FAILED", "not there".
std::string to_string(SelfTestCheck::Outcome outcome);

/// What there is to compute on.
struct SelfTestMachine {
  std::string cpu;
  unsigned cores = 0;
  int threads = 0;              ///< of a run that is not told how many
  double memory_bytes = 0.0;    ///< 0: the system does not say
  std::string instruction_set;  ///< the newest of x86-64-v4, x86-64-v3, x86-64; "other"
  std::string kernels;          ///< that the kernels run with here
};

SelfTestMachine this_machine();

/// Tries each part with a run of its own, small and exact: with tolerance 0 a run ends when all slices are serial
/// stepping's, so its states must be those of serial stepping, bit for bit. With a communicator a run that the
/// processes share, too. Looks at `stop` before each; throws `StopRequested`. Writes to the folder for temporary files
/// alone, and leaves nothing there.
std::vector<SelfTestCheck> run_selftest(const std::stop_token& stop, TimeCommunicator* communicator = nullptr);

/// No check has failed.
bool all_right(const std::vector<SelfTestCheck>& checks);

}  // namespace forerun
