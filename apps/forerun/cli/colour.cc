#include "apps/forerun/cli/colour.h"

#include <cstdlib>
#include <string_view>

namespace forerun {

std::string coloured(const std::string& text, Colour colour) {
  switch (colour) {
    case Colour::red:
      return "\x1b[31m" + text + "\x1b[0m";
    case Colour::yellow:
      return "\x1b[33m" + text + "\x1b[0m";
    case Colour::none:
      break;
  }
  return text;
}

bool environment_wants_colours() {
  const char* const no_colour = std::getenv("NO_COLOR");
  if (no_colour != nullptr && *no_colour != '\0') return false;
  const char* const terminal = std::getenv("TERM");
  return terminal != nullptr && std::string_view(terminal) != "dumb";
}

}  // namespace forerun
