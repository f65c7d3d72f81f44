#include "apps/forerun/cli/printable.h"

#include <algorithm>

namespace forerun {
namespace {

std::string hexadecimal(unsigned char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  return {'\\', 'x', digits[byte >> 4U], digits[byte & 0xFU]};
}

/// Bytes of the control character that `text` begins with: ASCII's, or U+0080 … U+009F in UTF-8; 0 for others.
std::size_t control_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x20U || byte(0) == 0x7FU) return 1;
  return byte(0) == 0xC2U && text.size() > 1 && byte(1) >= 0x80U && byte(1) < 0xA0U ? 2 : 0;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t control = control_size(text);
    for (const char c : text.substr(0, control)) result += hexadecimal(static_cast<unsigned char>(c));
    if (control == 0) result += text.front();
    text.remove_prefix(std::max<std::size_t>(control, 1));
  }
  return result;
}

}  // namespace forerun
