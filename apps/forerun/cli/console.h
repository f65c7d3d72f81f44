#pragma once

#include <cstddef>
#include <ostream>

namespace forerun {

/// Where a command speaks: results go to `out`, everything about how they came to be goes to `err`.
struct Console {
  std::ostream& out;
  std::ostream& err;
  /// A bar that rewrites its line is drawn only on a terminal.
  bool err_is_terminal = false;
  /// Its width: a line that wraps could not be rewritten.
  std::size_t err_columns = 80;
};

}  // namespace forerun
