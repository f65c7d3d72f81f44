#include "apps/forerun/config/string_place.h"

#include <string_view>

namespace forerun {
namespace {

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// Bytes in UTF-8 of the character that \uXXXX or \UXXXXXXXX names.
std::size_t utf8_size(std::string_view digits) {
  unsigned long value = 0;
  for (const char c : digits) {
    const bool is_letter = c > '9';
    value = 16 * value + static_cast<unsigned long>(is_letter ? (c | 0x20) - 'a' + 10 : c - '0');
  }
  return value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x10000 ? 3 : 4;
}

/// Walks over a string as it is spelt, telling how many bytes of its value each piece makes.
class LiteralWalk {
 public:
  explicit LiteralWalk(const StringLiteral& literal)
      : text_(literal.text), line_(literal.line), column_(literal.column), has_escapes_(text_.starts_with('"')) {
    const bool has_lines = text_.starts_with("\"\"\"") || text_.starts_with("'''");
    pass(has_lines ? 3 : 1);
    if (!has_lines) return;
    if (rest().starts_with("\r\n")) pass(2);  // a line's end behind the quotes is no part of the string
    if (rest().starts_with("\n")) pass(1);
  }

  void go_to(std::size_t offset) {
    for (std::size_t made = 0; at_ < text_.size();) {
      if (has_escapes_ && pass_joined_lines()) continue;
      const auto [spelt, bytes] = piece();
      if (made + bytes > offset) return;
      made += bytes;
      pass(spelt);
    }
  }

  Index line() const { return line_; }
  Index column() const { return column_; }

 private:
  struct Piece {
    std::size_t spelt;
    std::size_t bytes;
  };

  std::string_view rest() const { return text_.substr(at_); }

  /// A backslash at a line's end takes the blanks behind it with it.
  bool pass_joined_lines() {
    const std::size_t behind = rest().find_first_not_of(" \t\r", 1);
    if (!rest().starts_with('\\') || behind == std::string_view::npos || rest()[behind] != '\n') return false;
    const std::size_t next = rest().find_first_not_of(" \t\r\n", 1);
    pass(next == std::string_view::npos ? rest().size() : next);
    return true;
  }

  Piece piece() const {
    if (!has_escapes_ || !rest().starts_with('\\')) return {1, 1};
    const char kind = rest().size() > 1 ? rest()[1] : '\0';
    const std::size_t digits = kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    return {2 + digits, digits > 0 ? utf8_size(rest().substr(2, digits)) : 1};
  }

  void pass(std::size_t bytes) {
    for (const std::size_t end = std::min(at_ + bytes, text_.size()); at_ < end; ++at_) {
      if (text_[at_] == '\n') {
        ++line_;
        column_ = 1;
      } else if (!continues_character(text_[at_])) {
        ++column_;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Index line_;
  Index column_;
  bool has_escapes_;
};

}  // namespace

std::string place_in_string(const Setting& setting, std::size_t offset) {
  if (setting.literal.text.empty()) return setting.place + ", character " + std::to_string(offset + 1);
  LiteralWalk walk(setting.literal);
  walk.go_to(offset);
  return setting.literal.file_name + ":" + std::to_string(walk.line()) + ":" + std::to_string(walk.column());
}

}  // namespace forerun
