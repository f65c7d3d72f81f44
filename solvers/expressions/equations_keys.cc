#include <algorithm>

#include "core/base/parameters.h"
#include "solvers/expressions/equations_spec.h"

namespace forerun {
namespace {

constexpr double kMostPoints = 1e7;

ParameterSpec plain_key(std::string name, ParameterValue default_value, std::string description) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.default_value = std::move(default_value);
  spec.description = std::move(description);
  return spec;
}

ParameterSpec choice(std::string name, std::vector<std::string> choices, std::string description) {
  ParameterSpec spec = plain_key(std::move(name), choices.front(), std::move(description));
  spec.choices = std::move(choices);
  return spec;
}

std::vector<ParameterSpec> make_patterns() {
  ParameterSpec points = plain_key("mesh.AXIS.points", std::int64_t{100}, "points of the axis that are unknowns");
  points.minimum = 3.0;
  points.maximum = kMostPoints;
  const std::string two = ", a number or one for each end, [low, high]";
  return {
      plain_key("fields", std::string(), "their order in the state, \"u, v\"; left out: that of their tables"),
      plain_key("parameters.NAME", 0.0, "a number that expressions call by its name"),
      plain_key("mesh.AXIS.from", 0.0, "one end of axis x or y; without [problem.mesh]: a system of ODEs"),
      plain_key("mesh.AXIS.to", 1.0, "the other end"),
      points,
      choice("mesh.AXIS.nodes", {"ends", "period", "inner", "cells"},
             "where the points are: both ends are among them, h = L/(n - 1); 'to' is 'from' a period later, L/n; "
             "the ends hold boundary values, L/(n + 1); middles of n cells, L/n. Left out: inner for dirichlet, "
             "else ends"),
      choice("mesh.AXIS.boundary", {"periodic"}, "the last point's neighbour is the first"),
      plain_key("mesh.AXIS.dirichlet", 0.0, "fields at the ends" + two),
      plain_key("mesh.AXIS.neumann", 0.0, "their slopes along the axis at the ends" + two),
      plain_key("FIELD.initial", std::string(), "expression of the initial state, in x, y and parameters; or a number"),
      plain_key("FIELD.rhs", std::string(),
                "expression of the field's time derivative, in t, x, y, fields and parameters, with + - * / ^ < <= > "
                ">= == !=, sin cos tan exp log sqrt tanh abs min max pow where(condition, a, b) and dx dxx dy dyy lap"),
      plain_key("FIELD.stiff", std::string(),
                "the part of rhs that is stiff, for the IMEX methods, which treat it implicitly and the rest of rhs "
                "explicitly; left out: none of it"),
      plain_key("FIELD.bounds", std::string(), "[lowest, highest], usual values: the scale of learning and tolerance"),
      plain_key("FIELD.dirichlet", 0.0, "in place of the mesh's boundaries, on every axis that is not periodic" + two),
      plain_key("FIELD.neumann", 0.0, "likewise")};
}

std::vector<std::string> parts_of(const std::string& key) {
  std::vector<std::string> parts(1);
  for (const char c : key) {
    if (c == '.') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

/// What the user's own part of a key is called in the patterns; empty where the key can be none.
std::string pattern_of(const std::string& key) {
  std::vector<std::string> parts = parts_of(key);
  if (parts.size() == 1) return key;
  if (parts.size() == 2 && parts[0] == "parameters") return "parameters.NAME";
  if (parts.size() == 3 && parts[0] == "mesh" && (parts[1] == "x" || parts[1] == "y")) return "mesh.AXIS." + parts[2];
  if (parts.size() == 2 && parts[0] != "mesh") return "FIELD." + parts[1];
  return "";
}

[[noreturn]] void refuse_key(const std::string& key, const std::string& pattern) {
  const std::vector<std::string> parts = parts_of(key);
  if (parts.front() == "mesh" && parts.size() >= 2 && parts[1] != "x" && parts[1] != "y") {
    throw ParameterError(key, "unknown axis '" + parts[1] + "' of [problem.mesh]: axes are x and y");
  }
  const std::string table = pattern.substr(0, pattern.rfind('.') + 1);
  std::vector<std::string> names;
  for (const ParameterSpec& spec : equation_key_patterns()) {
    if (pattern.empty() || spec.name.starts_with(table)) names.push_back(spec.name.substr(table.size()));
  }
  const std::string& last = parts.back();
  throw ParameterError(key, "unknown key '" + key + "': " + suggestion(last, names));
}

bool may_be_a_pair(const std::string& pattern) {
  return pattern.ends_with(".dirichlet") || pattern.ends_with(".neumann");
}

/// The rule of one key; a number stands for an expression, a text like "[0, 1]" for two numbers.
ParameterSpec spec_of(const std::string& key, const ParameterValue& value) {
  const std::string pattern = pattern_of(key);
  const auto& patterns = equation_key_patterns();
  const auto found = std::find_if(patterns.begin(), patterns.end(), [&](const auto& p) { return p.name == pattern; });
  if (found == patterns.end()) refuse_key(key, pattern);
  ParameterSpec spec = *found;
  spec.name = key;
  const bool is_number = std::holds_alternative<double>(value) || std::holds_alternative<std::int64_t>(value);
  const bool is_expression = pattern == "FIELD.initial" || pattern == "FIELD.rhs" || pattern == "FIELD.stiff";
  if (is_expression && is_number) spec.default_value = 0.0;
  if (may_be_a_pair(pattern) && std::holds_alternative<std::string>(value)) spec.default_value = std::string();
  return spec;
}

bool is_field_key(const std::string& key) {
  const std::vector<std::string> parts = parts_of(key);
  return parts.size() == 2 && parts[0] != "parameters" && parts[0] != "mesh";
}

}  // namespace

const std::vector<ParameterSpec>& equation_key_patterns() {
  static const std::vector<ParameterSpec> patterns = make_patterns();
  return patterns;
}

std::vector<ParameterSpec> equation_parameter_specs(const std::vector<NamedValue>& given) {
  std::vector<ParameterSpec> specs;
  std::string fields;
  std::vector<std::string> names;
  for (const auto& [key, value] : given) {
    if (is_field_key(key)) {
      const std::string name = parts_of(key).front();
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    if (key != "fields") specs.push_back(spec_of(key, value));
  }
  for (const std::string& name : names) fields += (fields.empty() ? "" : ", ") + name;
  ParameterSpec order = equation_key_patterns().front();
  order.default_value = fields;
  specs.insert(specs.begin(), std::move(order));
  return specs;
}

}  // namespace forerun
