#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/state.h"

namespace forerun {

/// What a name in an expression stands for.
struct Symbol {
  enum class Kind { number, time, coordinate, field };

  Kind kind = Kind::number;
  double value = 0.0;  ///< of a number: π or a parameter
  Index index = 0;     ///< of a coordinate (0 x, 1 y) or a field
};

enum class Function { sin, cos, tan, exp, log, sqrt, tanh, abs, min, max, pow, where, dx, dxx, dy, dyy, lap };

/// A function by its name in expressions.
struct FunctionEntry {
  std::string_view name;
  Function function;
  int num_arguments;
  int num_axes;  ///< that the mesh must have; 0: none is needed
};

/// All of them; nullptr where no function is called so.
const std::vector<FunctionEntry>& expression_functions();
const FunctionEntry* find_function(std::string_view name);

/// The names that an expression may use besides those of functions.
class Vocabulary {
 public:
  /// With pi.
  Vocabulary();

  void add_number(const std::string& name, double value) { add(name, {Symbol::Kind::number, value, 0}); }
  void add_time() { add("t", {Symbol::Kind::time, 0.0, 0}); }
  void add_coordinate(const std::string& name, Index axis) { add(name, {Symbol::Kind::coordinate, 0.0, axis}); }
  void add_field(const std::string& name, Index index) { add(name, {Symbol::Kind::field, 0.0, index}); }
  /// Names that exist but may not stand here, with the reason: "u is not known before the run".
  void forbid(const std::string& name, const std::string& reason) { forbidden_.emplace_back(name, reason); }
  /// How many axes differences may be taken along; `reason` says why where there are none.
  void allow_differences(int num_axes, const std::string& reason);

  const Symbol* find(std::string_view name) const;
  const std::string* why_forbidden(std::string_view name) const;
  int num_axes() const { return num_axes_; }
  const std::string& why_no_differences() const { return why_no_differences_; }
  /// Names and functions, for suggestions.
  std::vector<std::string> known_names() const;

 private:
  void add(const std::string& name, Symbol symbol) { symbols_.emplace_back(name, symbol); }

  std::vector<std::pair<std::string, Symbol>> symbols_;
  std::vector<std::pair<std::string, std::string>> forbidden_;
  int num_axes_ = 0;
  std::string why_no_differences_;
};

}  // namespace forerun
