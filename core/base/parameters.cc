#include "core/base/parameters.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/number_text.h"

namespace forerun {
namespace {

/// A bound of a rule: whole numbers without an exponent (1000000000, not 1e+09).
std::string bound_text(double bound) {
  constexpr double largest_plain = 1e15;
  if (bound == std::trunc(bound) && std::abs(bound) <= largest_plain) {
    return std::to_string(static_cast<std::int64_t>(bound));
  }
  return shortest_text(bound);
}

/// A value as a configuration would spell it: 4.0 stays a float, strings are quoted.
struct ValueText {
  std::string operator()(bool flag) const { return flag ? "true" : "false"; }
  std::string operator()(std::int64_t integer) const { return std::to_string(integer); }
  std::string operator()(double number) const {
    const std::string text = shortest_text(number);
    const bool looks_integer = text.find_first_not_of("-0123456789") == std::string::npos;
    return looks_integer ? text + ".0" : text;
  }
  std::string operator()(const std::string& text) const { return "'" + text + "'"; }
};

std::string join(const std::vector<std::string>& words) {
  std::string joined;
  for (const std::string& word : words) joined += (joined.empty() ? "" : ", ") + word;
  return joined;
}

bool within_bounds(const ParameterSpec& spec, double number) {
  const bool above = spec.minimum_allowed ? number >= spec.minimum : number > spec.minimum;
  return std::isfinite(number) && above && number <= spec.maximum;
}

/// Integers are compared as such: beyond 2^53 several of them are the same double.
bool within_bounds(const ParameterSpec& spec, std::int64_t integer) {
  const auto number = static_cast<double>(integer);
  if (!within_bounds(spec, number)) return false;
  return number != spec.maximum || integer <= static_cast<std::int64_t>(spec.maximum);
}

bool obeys(const ParameterSpec& spec, const ParameterValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return within_bounds(spec, *integer);
  if (const auto* number = std::get_if<double>(&value)) return within_bounds(spec, *number);
  if (const auto* text = std::get_if<std::string>(&value)) {
    return spec.choices.empty() || std::find(spec.choices.begin(), spec.choices.end(), *text) != spec.choices.end();
  }
  return true;
}

std::string unknown_key(std::string_view name, const std::vector<ParameterSpec>& specs) {
  std::vector<std::string> names;
  for (const ParameterSpec& spec : specs) names.push_back(spec.name);
  return "unknown key '" + std::string(name) + "': " + suggestion(name, names);
}

}  // namespace

std::string ParameterSpec::rule() const {
  if (std::holds_alternative<bool>(default_value)) return "true or false";
  if (std::holds_alternative<std::string>(default_value))
    return choices.empty() ? "a string" : "one of " + join(choices);
  std::string rule = std::holds_alternative<std::int64_t>(default_value) ? "an integer" : "a finite number";
  const bool has_minimum = std::isfinite(minimum);
  if (has_minimum) rule += (minimum_allowed ? " ≥ " : " > ") + bound_text(minimum);
  if (std::isfinite(maximum)) rule += (has_minimum ? " and ≤ " : " ≤ ") + bound_text(maximum);
  return rule;
}

Parameters::Parameters(std::vector<ParameterSpec> specs) : specs_(std::move(specs)), is_set_(specs_.size(), false) {
  values_.reserve(specs_.size());
  for (const ParameterSpec& spec : specs_) values_.push_back(spec.default_value);
}

void Parameters::set(std::string_view name, const ParameterValue& value) {
  const std::size_t i = find(name);
  const ParameterSpec& spec = specs_[i];
  ParameterValue converted = value;
  const auto* integer = std::get_if<std::int64_t>(&value);
  if (integer != nullptr && std::holds_alternative<double>(spec.default_value))
    converted = static_cast<double>(*integer);
  if (converted.index() != spec.default_value.index() || !obeys(spec, converted)) {
    throw ParameterError(spec.name, spec.name + " = " + std::visit(ValueText{}, value) + ": must be " + spec.rule());
  }
  values_[i] = std::move(converted);
  is_set_[i] = true;
}

bool Parameters::flag(std::string_view name) const { return std::get<bool>(value(name)); }
std::int64_t Parameters::integer(std::string_view name) const { return std::get<std::int64_t>(value(name)); }
double Parameters::number(std::string_view name) const { return std::get<double>(value(name)); }
const std::string& Parameters::text(std::string_view name) const { return std::get<std::string>(value(name)); }
const ParameterValue& Parameters::value(std::string_view name) const { return values_[find(name)]; }
bool Parameters::is_set(std::string_view name) const { return is_set_[find(name)]; }

std::size_t Parameters::find(std::string_view name) const {
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    if (specs_[i].name == name) return i;
  }
  throw ParameterError(std::string(name), unknown_key(name, specs_));
}

}  // namespace forerun
