#pragma once

#include <array>
#include <charconv>
#include <string>

namespace forerun {

/// The shortest text that reads back as the same number, whatever the locale.
template <class Number>
std::string shortest_text(Number number) {
  std::array<char, 32> buffer;
  return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr};
}

}  // namespace forerun
