#include "solvers/expressions/vocabulary.h"

#include <algorithm>
#include <numbers>

namespace forerun {

const std::vector<FunctionEntry>& expression_functions() {
  static const std::vector<FunctionEntry> entries = {
      {"sin", Function::sin, 1, 0}, {"cos", Function::cos, 1, 0},   {"tan", Function::tan, 1, 0},
      {"exp", Function::exp, 1, 0}, {"log", Function::log, 1, 0},   {"sqrt", Function::sqrt, 1, 0},
      {"abs", Function::abs, 1, 0}, {"tanh", Function::tanh, 1, 0}, {"min", Function::min, 2, 0},
      {"max", Function::max, 2, 0}, {"pow", Function::pow, 2, 0},   {"where", Function::where, 3, 0},
      {"dx", Function::dx, 1, 1},   {"dxx", Function::dxx, 1, 1},   {"dy", Function::dy, 1, 2},
      {"dyy", Function::dyy, 1, 2}, {"lap", Function::lap, 1, 1}};
  return entries;
}

const FunctionEntry* find_function(std::string_view name) {
  for (const FunctionEntry& entry : expression_functions()) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

Vocabulary::Vocabulary() { add_number("pi", std::numbers::pi); }

void Vocabulary::allow_differences(int num_axes, const std::string& reason) {
  num_axes_ = num_axes;
  why_no_differences_ = reason;
}

const Symbol* Vocabulary::find(std::string_view name) const {
  const auto found = std::find_if(symbols_.begin(), symbols_.end(), [&](const auto& s) { return s.first == name; });
  return found != symbols_.end() ? &found->second : nullptr;
}

const std::string* Vocabulary::why_forbidden(std::string_view name) const {
  const auto found =
      std::find_if(forbidden_.begin(), forbidden_.end(), [&](const auto& entry) { return entry.first == name; });
  return found != forbidden_.end() ? &found->second : nullptr;
}

std::vector<std::string> Vocabulary::known_names() const {
  std::vector<std::string> names;
  for (const auto& [name, symbol] : symbols_) names.push_back(name);
  for (const FunctionEntry& entry : expression_functions()) {
    if (entry.num_axes <= num_axes_) names.emplace_back(entry.name);
  }
  return names;
}

}  // namespace forerun
