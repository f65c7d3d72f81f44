#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/errors.h"

namespace forerun {

/// Value of a named parameter; the alternative held is the parameter's type.
using ParameterValue = std::variant<bool, std::int64_t, double, std::string>;

/// One option of a problem, a solver or a corrector: name, type (that of the default), rule and explanation.
/// What a configuration may contain, what `forerun list` prints and what is checked all come from this one place.
struct ParameterSpec {
  std::string name;
  ParameterValue default_value;
  std::string description;
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
  bool minimum_allowed = true;            ///< false: strictly greater than `minimum`
  std::vector<std::string> choices = {};  ///< for strings; empty: any
  std::string unit = {};

  /// The rule in words: "an integer ≥ 1", "a number > 0", "one of relu, tanh".
  std::string rule() const;
};

/// Values for a list of specifications: starts at the defaults, and every value set is checked.
/// Errors: `ParameterError` naming the parameter, the value and the rule; an unknown name names the nearest known one.
class Parameters {
 public:
  Parameters() = default;
  explicit Parameters(std::vector<ParameterSpec> specs);

  /// An integer is accepted where a number is expected; nothing else is converted. Non-finite numbers are refused.
  void set(std::string_view name, const ParameterValue& value);

  bool flag(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;
  const std::string& text(std::string_view name) const;
  const ParameterValue& value(std::string_view name) const;
  /// True once `set` has been called for the name.
  bool is_set(std::string_view name) const;

  const std::vector<ParameterSpec>& specs() const { return specs_; }

 private:
  std::size_t find(std::string_view name) const;

  std::vector<ParameterSpec> specs_;
  std::vector<ParameterValue> values_;
  std::vector<bool> is_set_;
};

/// The candidate most like `name` by edit distance, or "" when none is close enough to be meant.
std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates);
/// How a sentence about an unknown name ends: "did you mean 'viscosity'?", else "known are steps, viscosity".
std::string suggestion(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace forerun
