#pragma once

#include <array>
#include <charconv>
#include <string>
#include <type_traits>
#include <utility>

namespace forerun {

/// "5e-7" of "5e-07", "3e7" of "3e+07"; what has no exponent stays as it is.
inline std::string with_plain_exponent(std::string text) {
  const std::size_t mark = text.find('e');
  if (mark == std::string::npos) return text;
  const std::size_t digits = text.find_first_not_of("+0", mark + (text[mark + 1] == '-' ? 2 : 1));
  const std::string sign = text[mark + 1] == '-' ? "-" : "";
  return text.substr(0, mark + 1) + sign + (digits == std::string::npos ? "0" : text.substr(digits));
}

/// The shortest text that reads back as the same number, whatever the locale, as people write it: "0.01", "5e-7".
template <class Number>
std::string shortest_text(Number number) {
  std::array<char, 32> buffer;
  std::string text(buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr);
  if constexpr (std::is_floating_point_v<Number>) return with_plain_exponent(std::move(text));
  return text;
}

}  // namespace forerun
