#pragma once

#include <locale>
#include <sstream>

namespace forerun {

/// A text that is put together, with numbers spelled the same whatever locale the program has set: 1234.5 and never
/// "1.234,5".
class PlainText : public std::ostringstream {
 public:
  PlainText() { imbue(std::locale::classic()); }
};

}  // namespace forerun
