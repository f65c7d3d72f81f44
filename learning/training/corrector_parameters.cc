#include "learning/training/corrector_parameters.h"

#include <array>
#include <charconv>
#include <type_traits>
#include <utility>

namespace forerun {
namespace {

/// Round-trips.
std::string printed(const ParameterValue& value) {
  return std::visit(
      [](const auto& held) -> std::string {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::string>) {
          return held;
        } else if constexpr (std::is_same_v<Held, bool>) {
          return held ? "true" : "false";
        } else {
          std::array<char, 32> buffer;
          return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), held).ptr};
        }
      },
      value);
}

}  // namespace

std::map<std::string, std::string> printed(const Parameters& parameters) {
  std::map<std::string, std::string> result;
  for (const ParameterSpec& spec : parameters.specs()) result[spec.name] = printed(parameters.value(spec.name));
  return result;
}

ParameterSpec integer_option(std::string name, std::int64_t value, double minimum, double maximum,
                             std::string description) {
  ParameterSpec spec{std::move(name), value, std::move(description)};
  spec.minimum = minimum;
  spec.maximum = maximum;
  return spec;
}

ParameterSpec number_option(std::string name, double value, double minimum, bool minimum_allowed,
                            std::string description) {
  ParameterSpec spec{std::move(name), value, std::move(description)};
  spec.minimum = minimum;
  spec.minimum_allowed = minimum_allowed;
  return spec;
}

ParameterSpec activation_option() {
  ParameterSpec spec{"activation", std::string("relu"), "activation of the random layer"};
  spec.choices = {"relu", "tanh"};
  return spec;
}

}  // namespace forerun
