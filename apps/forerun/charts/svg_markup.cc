#include "apps/forerun/charts/svg_markup.h"

#include <array>
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace forerun {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// Bytes of the UTF-8 character that `text` begins with; 0 where there is none that XML allows.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t first = byte(0);
  if (first < 0x80U) return first >= 0x20U && first != 0x7FU ? 1 : first == '\n' || first == '\t' ? 1 : 0;
  const std::size_t size = first >= 0xF0U ? 4 : first >= 0xE0U ? 3 : 2;
  if (first < 0xC2U || first > 0xF4U || text.size() < size) return 0;
  std::uint32_t code = first & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  constexpr std::array<std::uint32_t, 5> least = {0, 0, 0xA0, 0x800, 0x10000};  // U+0080 to U+009F are controls
  const bool surrogate = code >= 0xD800U && code <= 0xDFFFU;
  const bool noncharacter = (code & 0xFFFEU) == 0xFFFEU;
  return code < least[size] || code > 0x10FFFFU || surrogate || noncharacter ? 0 : size;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    switch (size == 1 ? text.front() : '\0') {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += size == 0 ? replacement : text.substr(0, size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return result;
}

std::string coordinate_text(double value) {
  assert(std::isfinite(value));
  std::array<char, 340> buffer;  // the longest double without an exponent, and two decimals
  constexpr int decimals = 2;
  std::string text(
      buffer.data(),
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, decimals).ptr);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

MarkupWriter& MarkupWriter::open(std::string_view tag, Attributes attributes) {
  begin(tag, attributes);
  text_ += '>';
  open_.emplace_back(tag);
  return *this;
}

MarkupWriter& MarkupWriter::close() {
  assert(!open_.empty());
  text_ += "</" + open_.back() + ">\n";
  open_.pop_back();
  return *this;
}

MarkupWriter& MarkupWriter::leaf(std::string_view tag, Attributes attributes) {
  begin(tag, attributes);
  text_ += "/>\n";
  return *this;
}

MarkupWriter& MarkupWriter::element(std::string_view tag, Attributes attributes, std::string_view text) {
  return open(tag, attributes).text(text).close();
}

MarkupWriter& MarkupWriter::text(std::string_view text) {
  text_ += escaped(text);
  return *this;
}

MarkupWriter& MarkupWriter::markup(std::string_view markup) {
  text_ += markup;
  return *this;
}

std::string MarkupWriter::str() const {
  assert(open_.empty());
  return text_;
}

void MarkupWriter::begin(std::string_view tag, Attributes attributes) {
  text_.append("<").append(tag);
  for (const Attribute& attribute : attributes) {
    text_.append(" ").append(attribute.name).append("=\"").append(escaped(attribute.value)).append("\"");
  }
}

}  // namespace forerun
