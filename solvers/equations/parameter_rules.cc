#include "solvers/equations/parameter_rules.h"

#include <utility>

namespace forerun {
namespace {

ParameterSpec plain(std::string name, ParameterValue default_value, std::string description) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.default_value = std::move(default_value);
  spec.description = std::move(description);
  return spec;
}

}  // namespace

ParameterSpec real_parameter(std::string name, double default_value, std::string description, std::string unit) {
  ParameterSpec spec = plain(std::move(name), default_value, std::move(description));
  spec.unit = std::move(unit);
  return spec;
}

ParameterSpec positive_parameter(std::string name, double default_value, std::string description, std::string unit) {
  ParameterSpec spec = real_parameter(std::move(name), default_value, std::move(description), std::move(unit));
  spec.minimum = 0.0;
  spec.minimum_allowed = false;
  return spec;
}

ParameterSpec integer_parameter(std::string name, std::int64_t default_value, std::int64_t minimum,
                                std::int64_t maximum, std::string description) {
  ParameterSpec spec = plain(std::move(name), default_value, std::move(description));
  spec.minimum = static_cast<double>(minimum);
  spec.maximum = static_cast<double>(maximum);
  return spec;
}

ParameterSpec choice_parameter(std::string name, std::vector<std::string> choices, std::string description) {
  ParameterSpec spec = plain(std::move(name), choices.front(), std::move(description));
  spec.choices = std::move(choices);
  return spec;
}

ParameterSpec seed_parameter() {
  constexpr std::int64_t largest_exact_double = std::int64_t{1} << 53;
  return integer_parameter("seed", 1, 0, largest_exact_double, "seed of a random initial state");
}

}  // namespace forerun
