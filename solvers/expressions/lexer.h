#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace forerun {

enum class TokenKind { number, name, sign, end };

/// A piece of an expression: a number, a name, or an operator, bracket or comma.
struct Token {
  TokenKind kind = TokenKind::end;
  std::string_view text{};
  std::size_t offset = 0;  ///< of its first byte
  double number = 0.0;
};

/// Cuts an expression into tokens, one at a time. `key` names the text in errors. Throws `ExpressionError` for bytes
/// that begin no token and for numbers that are none or do not fit into a double.
class Lexer {
 public:
  Lexer(const std::string& key, std::string_view text) : key_(key), text_(text) {}

  Token next();

 private:
  Token number();
  Token name();
  Token sign();

  const std::string& key_;
  std::string_view text_;
  std::size_t at_ = 0;
};

/// True of letters and _, which a name may begin with; of digits as well, behind its first letter.
bool may_begin_name(char c);
bool may_continue_name(char c);
/// Whether `text` is a name.
bool is_name(std::string_view text);

}  // namespace forerun
