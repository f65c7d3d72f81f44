#include "apps/forerun/fine_levels.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "apps/forerun/config.h"
#include "apps/forerun/usage_error.h"

namespace forerun {
namespace {

constexpr Index kMaxSteps = 1'000'000'000;
constexpr const char* kRule = ": must be \"auto\" or growing numbers of steps from 1 to 1000000000 like [16, 64, 256]";

void skip_spaces(const char*& at, const char* end) {
  while (at != end && *at == ' ') ++at;
}

/// The numbers of "[ 16, 64, 256 ]"; nullopt for anything else.
std::optional<std::vector<Index>> parse_levels(const std::string& text) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return std::nullopt;
  std::vector<Index> steps;
  const char* at = text.data() + 1;
  const char* const end = text.data() + text.size() - 1;
  while (true) {
    skip_spaces(at, end);
    Index value = 0;
    const auto [after, error] = std::from_chars(at, end, value);
    if (error != std::errc() || value < 1 || value > kMaxSteps) return std::nullopt;
    if (!steps.empty() && value <= steps.back()) return std::nullopt;
    steps.push_back(value);
    at = after;
    skip_spaces(at, end);
    if (at == end) return steps;
    if (*at++ != ',') return std::nullopt;
  }
}

}  // namespace

ParameterSpec levels_key() {
  return {.name = "levels",
          .default_value = std::string(),
          .description =
              "cheaper versions to climb, as steps per slice like [16, 64, 256], the last being `steps`; or \"auto\""};
}

FineLevels read_fine_levels(const ConfigDocument& document, const Parameters& fine) {
  const auto steps = static_cast<Index>(fine.integer("steps"));
  const std::string& text = fine.text("levels");
  const auto refuse = [&](const std::string& rule) {
    throw UsageError(place_of(document, "fine", "levels") + ": [fine] levels = " + text + rule);
  };
  if (!fine.is_set("levels")) return {false, {steps}};
  if (text == "auto") return {fine.is_set("steps"), {steps}};
  const std::optional<std::vector<Index>> levels = parse_levels(text);
  if (!levels) refuse(kRule);
  if (fine.is_set("steps") && levels->back() != steps) refuse(": must end with steps = " + std::to_string(steps));
  return {false, *levels};
}

std::string levels_text(const std::vector<Index>& steps) {
  std::string text;
  for (const Index level : steps) text += (text.empty() ? "[" : ", ") + std::to_string(level);
  return text + "]";
}

}  // namespace forerun
