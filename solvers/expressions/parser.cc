#include <algorithm>
#include <optional>

#include "core/base/parameters.h"
#include "solvers/expressions/expression_error.h"
#include "solvers/expressions/lexer.h"
#include "solvers/expressions/syntax.h"

namespace forerun {
namespace {

/// How much an infix operator binds.
struct Infix {
  std::string_view sign;
  BinaryOperator binary;
  int binding;
};
constexpr int kComparison = 10;
constexpr int kSum = 20;
constexpr int kProduct = 30;
constexpr int kSign = 40;
constexpr int kPower = 50;
constexpr std::array infixes = {Infix{"<", BinaryOperator::less, kComparison},
                                Infix{"<=", BinaryOperator::less_equal, kComparison},
                                Infix{">", BinaryOperator::greater, kComparison},
                                Infix{">=", BinaryOperator::greater_equal, kComparison},
                                Infix{"==", BinaryOperator::equal, kComparison},
                                Infix{"!=", BinaryOperator::not_equal, kComparison},
                                Infix{"+", BinaryOperator::add, kSum},
                                Infix{"-", BinaryOperator::subtract, kSum},
                                Infix{"*", BinaryOperator::multiply, kProduct},
                                Infix{"/", BinaryOperator::divide, kProduct},
                                Infix{"^", BinaryOperator::power, kPower}};

const Infix* find_infix(const Token& token) {
  if (token.kind != TokenKind::sign) return nullptr;
  const auto found =
      std::find_if(infixes.begin(), infixes.end(), [&](const Infix& infix) { return infix.sign == token.text; });
  return found != infixes.end() ? &*found : nullptr;
}

std::string count_text(int count) { return std::to_string(count) + (count == 1 ? " argument" : " arguments"); }

/// Whether the two have a letter in common, as a name has with what it was meant to be.
bool share_a_letter(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return static_cast<char>(c | 0x20); };
  return std::any_of(a.begin(), a.end(), [&](char c) {
    return std::any_of(b.begin(), b.end(), [&](char other) { return lower(c) == lower(other); });
  });
}

/// "did you mean 'u'?" or "known are …".
std::string hint(std::string_view name, const std::vector<std::string>& known) {
  std::vector<std::string> alike;
  std::copy_if(known.begin(), known.end(), std::back_inserter(alike),
               [&](const std::string& candidate) { return share_a_letter(name, candidate); });
  const std::string meant = nearest_name(name, alike);
  if (!meant.empty()) return "did you mean '" + meant + "'?";
  std::string all;
  for (const std::string& candidate : known) all += (all.empty() ? "known are " : ", ") + candidate;
  return all;
}

class Parser {
 public:
  Parser(const std::string& key, std::string_view text, const Vocabulary& vocabulary)
      : vocabulary_(vocabulary), lexer_(key, text) {
    syntax_.key = key;
    advance();
  }

  Syntax whole() {
    if (token_.kind == TokenKind::end) fail(token_.offset, "the expression is empty");
    expression(0);
    if (token_.kind != TokenKind::end) refuse_what_follows();
    return std::move(syntax_);
  }

 private:
  [[noreturn]] void fail(std::size_t offset, const std::string& sentence) const {
    throw ExpressionError(syntax_.key, offset, sentence);
  }

  void advance() { token_ = lexer_.next(); }
  bool is_sign(std::string_view sign) const { return token_.kind == TokenKind::sign && token_.text == sign; }
  std::string found() const {
    constexpr std::size_t longest = 40;
    return token_.kind == TokenKind::end ? "the end" : "'" + std::string(token_.text.substr(0, longest)) + "'";
  }

  [[noreturn]] void refuse_what_follows() const {
    if (is_sign(")")) fail(token_.offset, "')' closes no bracket");
    if (is_sign(",")) fail(token_.offset, "',' stands outside of a function's arguments");
    if (is_sign("(")) fail(token_.offset, "'(' follows what is no function: a product is written with *");
    fail(token_.offset, "expected an operator, found " + found());
  }

  int add(SyntaxNode node) {
    for (int i = 0; i < node.num_children; ++i) {
      const SyntaxNode& child = syntax_.nodes[static_cast<std::size_t>(node.children[static_cast<std::size_t>(i)])];
      node.height = std::max(node.height, child.height + 1);
    }
    if (node.height > most_height) {
      fail(node.offset, "the expression is too long: more than " + std::to_string(most_height) +
                            " operations one inside or behind the other");
    }
    syntax_.nodes.push_back(node);
    return syntax_.root();
  }

  int add(SyntaxKind kind, std::size_t offset, std::initializer_list<int> children) {
    SyntaxNode node{.kind = kind, .offset = offset, .num_children = static_cast<int>(children.size())};
    std::copy(children.begin(), children.end(), node.children.begin());
    return add(node);
  }

  int expression(int least_binding) {
    if (++depth_ > most_nested) {
      fail(token_.offset, "the expression is nested too deeply: more than " + std::to_string(most_nested) + " levels");
    }
    int left = operand();
    while (const Infix* infix = find_infix(token_)) {
      if (infix->binding < least_binding) break;
      const std::size_t offset = token_.offset;
      advance();
      const bool from_the_right = infix->binding == kPower;
      const int right = expression(infix->binding + (from_the_right ? 0 : 1));
      SyntaxNode node{.kind = SyntaxKind::binary, .offset = offset, .num_children = 2};
      node.binary = infix->binary;
      node.children = {left, right, 0};
      left = add(node);
      const Infix* next = find_infix(token_);
      if (infix->binding == kComparison && next != nullptr && next->binding == kComparison) {
        fail(token_.offset, "comparisons are not chained: write (a < b)*(b < c)");
      }
    }
    --depth_;
    return left;
  }

  int operand() {
    const Token token = token_;
    if (token.kind == TokenKind::number) {
      advance();
      SyntaxNode node{.kind = SyntaxKind::number, .offset = token.offset};
      node.number = token.number;
      return add(node);
    }
    if (token.kind == TokenKind::name) {
      advance();
      return is_sign("(") ? call(token) : symbol(token);
    }
    if (is_sign("-")) {
      advance();
      return add(SyntaxKind::negate, token.offset, {expression(kSign)});
    }
    if (is_sign("+")) {
      advance();
      return expression(kSign);
    }
    if (is_sign("(")) {
      advance();
      const int inside = expression(0);
      close(token.offset);
      return inside;
    }
    fail(token.offset, "expected a number, a name or '(', found " + found());
  }

  void close(std::size_t opened) {
    if (!is_sign(")")) {
      if (token_.kind == TokenKind::end) fail(opened, "'(' is never closed");
      fail(token_.offset, "expected ')' or an operator, found " + found());
    }
    advance();
  }

  int symbol(const Token& token) {
    const std::string name(token.text);
    if (const Symbol* known = vocabulary_.find(name)) {
      SyntaxNode node{.kind = SyntaxKind::symbol, .offset = token.offset};
      node.symbol = *known;
      return add(node);
    }
    if (const std::string* reason = vocabulary_.why_forbidden(name)) fail(token.offset, *reason);
    if (find_function(name) != nullptr) {
      fail(token.offset, "'" + name + "' is a function: its arguments follow in brackets");
    }
    fail(token.offset, "unknown symbol '" + shortened(name) + "': " + hint(name, vocabulary_.known_names()));
  }

  static std::string shortened(const std::string& name) {
    constexpr std::size_t longest = 60;
    return name.size() > longest ? name.substr(0, longest) + "…" : name;
  }

  int call(const Token& token) {
    const std::string name(token.text);
    const FunctionEntry* entry = find_function(name);
    if (entry == nullptr) refuse_function(token);
    if (entry->num_axes > vocabulary_.num_axes()) {
      fail(token.offset, vocabulary_.num_axes() > 0 ? name + "(…) needs a mesh in x and y: this one has x alone"
                                                    : name + "(…): " + vocabulary_.why_no_differences());
    }
    const std::size_t opened = token_.offset;
    advance();
    SyntaxNode node{.kind = SyntaxKind::call, .offset = token.offset};
    node.function = entry->function;
    int given = 0;
    while (!is_sign(")")) {
      const int argument = expression(0);
      if (given < entry->num_arguments) node.children[static_cast<std::size_t>(given)] = argument;
      ++given;
      if (!is_sign(",")) break;
      advance();
      if (is_sign(")")) fail(token_.offset, "expected an argument behind ',', found ')'");
    }
    close(opened);
    if (given != entry->num_arguments) {
      fail(token.offset, name + " takes " + count_text(entry->num_arguments) + ": " + std::to_string(given) +
                             (given == 1 ? " is given" : " are given"));
    }
    node.num_children = given;
    return add(node);
  }

  [[noreturn]] void refuse_function(const Token& token) const {
    const std::string name(token.text);
    if (vocabulary_.find(name) != nullptr || vocabulary_.why_forbidden(name) != nullptr) {
      fail(token.offset, "'" + name + "' is no function: a product is written with *");
    }
    std::vector<std::string> names;
    for (const FunctionEntry& entry : expression_functions()) names.emplace_back(entry.name);
    fail(token.offset, "unknown function '" + shortened(name) + "': " + hint(name, names));
  }

  const Vocabulary& vocabulary_;
  Lexer lexer_;
  Syntax syntax_;
  Token token_;
  int depth_ = 0;
};

}  // namespace

Syntax parse_expression(const std::string& key, std::string_view text, const Vocabulary& vocabulary) {
  if (text.size() > most_expression_bytes) {
    throw ExpressionError(
        key, most_expression_bytes,
        "the expression is too long: it has more than " + std::to_string(most_expression_bytes) + " bytes");
  }
  return Parser(key, text, vocabulary).whole();
}

}  // namespace forerun
