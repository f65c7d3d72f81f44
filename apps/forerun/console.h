#pragma once

#include <ostream>

namespace forerun {

/// Where a command speaks: results go to `out`, everything about how they came to be goes to `err`.
struct Console {
  std::ostream& out;
  std::ostream& err;
  /// A bar that rewrites its line is drawn only on a terminal.
  bool err_is_terminal = false;
};

}  // namespace forerun
