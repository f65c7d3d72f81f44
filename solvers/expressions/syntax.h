#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "solvers/expressions/vocabulary.h"

namespace forerun {

enum class SyntaxKind { number, symbol, negate, binary, call };
enum class BinaryOperator {
  add,
  subtract,
  multiply,
  divide,
  power,
  less,
  less_equal,
  greater,
  greater_equal,
  equal,
  not_equal
};

/// A node of a parsed expression. Children stand before their parents.
struct SyntaxNode {
  SyntaxKind kind = SyntaxKind::number;
  std::size_t offset = 0;  ///< of the number, name or operator in the text
  double number = 0.0;
  Symbol symbol{};
  BinaryOperator binary = BinaryOperator::add;
  Function function = Function::sin;
  int num_children = 0;
  std::array<int, 3> children{};
  int height = 1;  ///< nodes on the longest way down
};

/// A parsed expression: its root is the last node.
struct Syntax {
  std::string key;  ///< names the text in errors
  std::vector<SyntaxNode> nodes;

  int root() const { return static_cast<int>(nodes.size()) - 1; }
};

/// Limits that keep the stack: brackets, signs and powers inside each other; operations on the longest way down, as in
/// a sum of many terms; bytes of the text.
inline constexpr int most_nested = 200;
inline constexpr int most_height = 1000;
inline constexpr std::size_t most_expression_bytes = 16384;

/// Reads an expression:
///
///   comparison  < <= > >= == !=      1 where it holds and 0 where not; not chained
///   sum         + −                  from the left
///   product     * /                  from the left
///   sign        − +
///   power       ^                    from the right; binds more than a sign before it and less than one behind
///   number, name, function(…, …), (expression)
///
/// Names are those of `vocabulary`. Throws `ExpressionError` with the place of what is wrong: unknown names (the
/// nearest is named), numbers of arguments, differences where there is no mesh, limits passed. Time: linear.
Syntax parse_expression(const std::string& key, std::string_view text, const Vocabulary& vocabulary);

}  // namespace forerun
