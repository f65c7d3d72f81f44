#include "apps/forerun/run/fine_levels.h"

#include <cmath>

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/config.h"
#include "apps/forerun/config/external_solver.h"
#include "apps/forerun/config/number_list.h"

namespace forerun {
namespace {

constexpr double kMaxSteps = 1e9;
constexpr const char* kStepsRule =
    ": must be \"auto\" or growing numbers of steps from 1 to 1000000000 like [16, 64, 256]";
constexpr const char* kToleranceRule = ": must be \"auto\" or falling tolerances > 0 and < 1 like [1e-3, 1e-6, 1e-9]";

bool are_steps(const std::vector<double>& numbers) {
  double last = 0.0;
  for (const double number : numbers) {
    if (!(number > last && number <= kMaxSteps && number == std::trunc(number))) return false;
    last = number;
  }
  return true;
}

bool are_tolerances(const std::vector<double>& numbers) {
  double last = 1.0;
  for (const double number : numbers) {
    if (!(number < last && number > 0.0)) return false;
    last = number;
  }
  return true;
}

}  // namespace

ParameterSpec levels_key() {
  return {.name = "levels",
          .default_value = std::string(),
          .description =
              "cheaper versions to climb, as steps per slice like [16, 64, 256] or tolerances like [1e-3, "
              "1e-6], the last being the solver's own; or \"auto\""};
}

FineLevels read_fine_levels(const ConfigDocument& document, const Parameters& fine) {
  const SolverSpec own = integrator(fine);
  const bool adaptive = own.is_adaptive();
  const std::string& key = own.entry().refining_key().name;
  const bool own_is_given = fine.is_set(key);
  const std::string& text = fine.text("levels");
  const auto refuse = [&](const std::string& rule) {
    throw UsageError(place_of(document, "fine", "levels") + ": [fine] levels = " + text + rule);
  };
  if (!fine.is_set("levels")) return {false, {own}};
  if (text == "auto") return {own_is_given, {own}};
  const std::optional<std::vector<double>> numbers = parse_numbers(text);
  if (!numbers || !(adaptive ? are_tolerances(*numbers) : are_steps(*numbers))) {
    refuse(adaptive ? kToleranceRule : kStepsRule);
  }
  FineLevels levels;
  for (const double number : *numbers) {
    SolverSpec level = own;
    level.refine_to(adaptive ? ParameterValue(number) : ParameterValue(static_cast<std::int64_t>(number)));
    levels.solvers.push_back(std::move(level));
  }
  if (own_is_given && levels.solvers.back() != own) {
    refuse(": must end with " + key + " = " + toml_text(own.refinement()));
  }
  return levels;
}

std::string levels_text(const FineLevels& levels) {
  if (levels.automatic) return "\"auto\"";
  std::string text;
  for (const SolverSpec& spec : levels.solvers) {
    text += text.empty() ? "[" : ", ";
    text += spec.external ? external_level_table(*spec.external) : toml_text(spec.refinement());
  }
  return text + "]";
}

}  // namespace forerun
