#include "apps/forerun/cli/leave_process.h"

#include <unistd.h>

#include <cstdlib>

#include "apps/forerun/cli/printable.h"

namespace forerun {

void leave_process(ExitStatus status, const std::string& sentence) {
  const std::string line = "forerun: " + printable(sentence) + "\n";
  // Not by the standard stream: a thread that is left behind may hold its lock.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
  std::_Exit(static_cast<int>(status));
}

}  // namespace forerun
