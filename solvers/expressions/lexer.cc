#include "solvers/expressions/lexer.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "solvers/expressions/expression_error.h"

namespace forerun {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Bytes of the UTF-8 character that begins here; 1 where none does.
std::size_t character_size(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text.front());
  const std::size_t size = byte < 0xC0U ? 1 : byte < 0xE0U ? 2 : byte < 0xF0U ? 3 : 4;
  return std::min(size, text.size());
}

/// The character that begins here, quoted; a control character or a byte that is none by its number.
std::string shown(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text.front());
  const std::string_view character = text.substr(0, character_size(text));
  const bool is_whole = std::all_of(character.begin() + 1, character.end(),
                                    [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; });
  const bool is_control = byte < 0x20U || byte == 0x7FU;
  const bool is_lone = byte >= 0x80U && (byte < 0xC2U || character.size() < 2);
  if (is_whole && !is_control && !is_lone) return "'" + std::string(character) + "'";
  constexpr std::string_view digits = "0123456789abcdef";
  return std::string("byte 0x") + digits[byte / 16] + digits[byte % 16];
}

/// Signs that people write and this language spells otherwise.
struct Meant {
  std::string_view written;
  std::string_view sentence;
};
constexpr std::array meanings = {Meant{"**", "a power is written ^"},
                                 Meant{"&&", "write where(a, b, 0): both are true where it is not 0"},
                                 Meant{"||", "write max(a, b): either is true where it is not 0"},
                                 Meant{"=", "equality is written =="},
                                 Meant{"!", "inequality is written !="},
                                 Meant{"[", "brackets are ( and )"},
                                 Meant{"{", "brackets are ( and )"},
                                 Meant{"]", "brackets are ( and )"},
                                 Meant{"}", "brackets are ( and )"},
                                 Meant{"%", "there is no remainder"},
                                 Meant{"?", "a choice is written where(condition, a, b)"},
                                 Meant{"\xe2\x88\x92", "minus is written -"},
                                 Meant{"\xc2\xb7", "a product is written *"},
                                 Meant{"\xcf\x80", "it is written pi"}};

}  // namespace

bool may_begin_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool may_continue_name(char c) { return may_begin_name(c) || is_digit(c); }

bool is_name(std::string_view text) {
  return !text.empty() && may_begin_name(text.front()) && std::all_of(text.begin(), text.end(), may_continue_name);
}

Token Lexer::next() {
  while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  if (at_ == text_.size()) return {TokenKind::end, {}, at_};
  const char c = text_[at_];
  if (is_digit(c) || c == '.') return number();
  if (may_begin_name(c)) return name();
  return sign();
}

Token Lexer::number() {
  const std::size_t begin = at_;
  double value = 0.0;
  const char* const end = text_.data() + text_.size();
  const auto [after, error] = std::from_chars(text_.data() + begin, end, value);
  std::size_t behind = static_cast<std::size_t>(after - text_.data());
  const bool is_read = error == std::errc();
  const bool goes_on = behind < text_.size() && (may_continue_name(text_[behind]) || text_[behind] == '.');
  if (is_read && !goes_on) {
    at_ = behind;
    return {TokenKind::number, text_.substr(begin, behind - begin), begin, value};
  }
  while (behind < text_.size() && (may_continue_name(text_[behind]) || text_[behind] == '.')) ++behind;
  constexpr std::size_t longest = 40;
  const std::string word(text_.substr(begin, std::min(longest, std::max(behind, begin + 1) - begin)));
  if (error == std::errc::result_out_of_range) {
    throw ExpressionError(key_, begin, word + " does not fit: the size of a number is 0 or from 4.9e-324 to 1.8e308");
  }
  const bool is_product = is_read && may_begin_name(text_[static_cast<std::size_t>(after - text_.data())]);
  throw ExpressionError(key_, begin,
                        "'" + word + "' is no number" + (is_product ? ": a product is written with *" : ""));
}

Token Lexer::name() {
  const std::size_t begin = at_;
  while (at_ < text_.size() && may_continue_name(text_[at_])) ++at_;
  return {TokenKind::name, text_.substr(begin, at_ - begin), begin};
}

Token Lexer::sign() {
  const std::size_t begin = at_;
  const std::string_view rest = text_.substr(begin);
  constexpr std::string_view single = "+-*/^(),<>";
  for (const std::string_view pair : {"<=", ">=", "==", "!="}) {
    if (rest.starts_with(pair)) {
      at_ += pair.size();
      return {TokenKind::sign, rest.substr(0, pair.size()), begin};
    }
  }
  for (const Meant& meant : meanings) {
    if (rest.starts_with(meant.written)) {
      throw ExpressionError(key_, begin,
                            "'" + std::string(meant.written) + "' is no sign: " + std::string(meant.sentence));
    }
  }
  if (single.find(rest.front()) != std::string_view::npos) {
    at_ += 1;
    return {TokenKind::sign, rest.substr(0, 1), begin};
  }
  throw ExpressionError(key_, begin, shown(rest) + " is no part of an expression");
}

}  // namespace forerun
