#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "solvers/external/descriptor.h"
#include "solvers/external/guardian.h"
#include "solvers/external/output_tail.h"
#include "solvers/external/process_launcher.h"

namespace forerun {

/// What a program is started with.
struct ChildCommand {
  std::vector<std::string> words;
  std::string directory;  ///< where it starts, and where a program named with a slash is looked for
};

/// Which of a child's streams lead to us; the others lead nowhere. Standard error always does.
struct ChildStreams {
  bool in = false;
  bool out = false;
};

/// How a process has ended.
struct ChildEnd {
  bool is_known = false;
  int status = 0;  ///< as waitpid has it

  bool succeeded() const;
  /// "ended with status 3", "was ended by signal 9 (Killed)".
  std::string sentence() const;
};

/// A program that runs beside us, in a process group of its own. Whatever of the group is left when this is destroyed
/// is killed, and the child is waited for: no zombie stays.
///
/// It is killed when this process ends, however that happens, and so is its group (guardian.h).
/// All ends here are non-blocking and closed on exec. Not for several threads at once. The constructor throws
/// std::invalid_argument or std::system_error where the program cannot be started, `FileError` where temporary files
/// cannot be made.
class ChildProcess {
 public:
  ChildProcess(const ChildCommand& command, const ChildStreams& streams);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  Descriptor& in() { return in_; }
  Descriptor& out() { return out_; }
  Descriptor& err() { return err_; }
  const OutputTail& error_tail() const { return tail_; }

  /// Reads what there is on standard error, and closes it at its end.
  void read_errors();
  /// Waits at most so long for its end, reading standard error meanwhile; nullopt: it goes on.
  std::optional<ChildEnd> wait(int milliseconds);
  /// Ends it: asks (SIGTERM), and kills half a second later.
  void end();

 private:
  bool has_ended();
  void wait_for_errors(int milliseconds);
  void signal_group(int number) const;

  std::shared_ptr<Guardian> guardian_ = Guardian::shared();
  pid_t id_ = -1;
  Descriptor in_;   ///< we write
  Descriptor out_;  ///< we read
  Descriptor err_;
  OutputTail tail_;
  std::optional<ChildEnd> ended_;
};

}  // namespace forerun
