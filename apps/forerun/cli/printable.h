#pragma once

#include <string>
#include <string_view>

namespace forerun {

/// `text` on one line and without power over a terminal: control characters (line ends and the C1 range among them) are
/// written as \xNN. For whatever comes from files and command lines and is shown to people.
std::string printable(std::string_view text);

}  // namespace forerun
