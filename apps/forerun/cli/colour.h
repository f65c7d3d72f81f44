#pragma once

#include <string>

namespace forerun {

enum class Colour { none, red, yellow };

/// `text` as a terminal shows it in that colour.
std::string coloured(const std::string& text, Colour colour);

/// Whether the environment wants colours on a terminal: not where NO_COLOR is set and not empty (no-color.org), nor
/// where TERM is missing or "dumb".
bool environment_wants_colours();

}  // namespace forerun
