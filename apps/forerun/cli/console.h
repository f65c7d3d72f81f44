#pragma once

#include <cstddef>
#include <ostream>

namespace forerun {

class TimeCommunicator;

/// Where a command speaks: results go to `out`, everything about how they came to be goes to `err`.
struct Console {
  std::ostream& out;
  std::ostream& err;
  /// A bar that rewrites its line is drawn only on a terminal.
  bool err_is_terminal = false;
  /// Its width: a line that wraps could not be rewritten.
  std::size_t err_columns = 80;
  /// Levels of messages have colours there.
  bool err_has_colours = false;
  /// A line an iteration is wanted beside the bar.
  bool verbose = false;
  /// Is told what `err` is told, and of each iteration; nullptr: no log is kept.
  std::ostream* log = nullptr;
  /// The processes that this one is among; nullptr: it is alone.
  TimeCommunicator* communicator = nullptr;

  /// Of many processes the first one speaks and writes; the others' streams lead nowhere.
  bool speaks() const;
};

}  // namespace forerun
