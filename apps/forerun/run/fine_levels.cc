#include "apps/forerun/run/fine_levels.h"

#include <algorithm>
#include <cmath>

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/config.h"
#include "apps/forerun/config/external_solver.h"
#include "apps/forerun/config/level_tables.h"
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

/// Levels that are tables: steps or tolerance, and an equation of their own, on a coarser mesh or with other
/// parameters.
class LevelTables {
 public:
  LevelTables(const ConfigDocument& document, const SolverSpec& own, bool own_is_given, const Parameters& problem)
      : document_(document), own_(own), own_is_given_(own_is_given), keys_(own.options.specs()) {
    for (ParameterSpec& key : keys_of_variants(problem)) keys_.push_back(std::move(key));
  }

  std::vector<SolverSpec> read(const std::string& text) const {
    std::optional<std::vector<Parameters>> tables;
    try {
      tables = read_tables(text, keys_);
    } catch (const ParameterError& error) {
      refuse(error.what());
    }
    if (!tables) refuse(text + ": must be tables like {" + key() + " = …, coarsening = 2}, all of them");
    std::vector<SolverSpec> levels;
    for (const Parameters& table : *tables) levels.push_back(level(table));
    if (levels.back().is_of_variant()) {
      refuse("the last level is the fine solver: must solve the equation itself, on its own mesh");
    }
    return levels;
  }

 private:
  const std::string& key() const { return own_.entry().refining_key().name; }

  [[noreturn]] void refuse(const std::string& sentence) const {
    throw UsageError(place_of(document_, "fine", "levels") + ": [fine] levels: " + sentence);
  }

  SolverSpec level(const Parameters& table) const {
    if (!table.is_set(key()) && !own_is_given_) refuse("each must have '" + key() + "' where [fine] has none");
    SolverSpec level = own_;
    take_values(table, level);
    return level;
  }

  const ConfigDocument& document_;
  const SolverSpec& own_;
  bool own_is_given_;
  std::vector<ParameterSpec> keys_;
};

/// {steps = 16, coarsening = 2}: what `LevelTables` reads.
std::string level_table(const SolverSpec& spec) {
  std::string text = spec.entry().refining_key().name + " = " + toml_text(spec.refinement());
  for (const ParameterSpec& key : spec.options.specs()) {
    const ParameterValue& value = spec.options.value(key.name);
    if (value != key.default_value && key.name != spec.entry().refining_key().name)
      text += ", " + key.name + " = " + toml_text(value);
  }
  for (const auto& [key, value] : spec.problem)
    text += ", " + std::string(kVariantPrefix) + key + " = " + toml_text(value);
  return "{" + text + "}";
}

}  // namespace

ParameterSpec levels_key() {
  return {.name = "levels",
          .default_value = std::string(),
          .description =
              "cheaper versions to climb, as steps per slice like [16, 64, 256] or tolerances like [1e-3, "
              "1e-6], the last being the solver's own; on coarser meshes, or for other parameters of the equation, as "
              "[{steps = 16, coarsening = 2}, {steps = 64}]; or \"auto\""};
}

FineLevels read_fine_levels(const ConfigDocument& document, const Parameters& fine, const Parameters& problem) {
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
  FineLevels levels;
  if (text.starts_with("[{")) {
    levels.solvers = LevelTables(document, own, own_is_given, problem).read(text);
  } else {
    const std::optional<std::vector<double>> numbers = parse_numbers(text);
    if (!numbers || !(adaptive ? are_tolerances(*numbers) : are_steps(*numbers))) {
      refuse(adaptive ? kToleranceRule : kStepsRule);
    }
    for (const double number : *numbers) {
      SolverSpec level = own;
      level.refine_to(adaptive ? ParameterValue(number) : ParameterValue(static_cast<std::int64_t>(number)));
      levels.solvers.push_back(std::move(level));
    }
  }
  if (own_is_given && levels.solvers.back() != own) {
    refuse(": must end with " + key + " = " + toml_text(own.refinement()));
  }
  return levels;
}

std::string levels_text(const FineLevels& levels) {
  if (levels.automatic) return "\"auto\"";
  const auto& all = levels.solvers;
  const bool are_tables = std::any_of(all.begin(), all.end(), [](const SolverSpec& s) { return s.is_of_variant(); });
  std::string text;
  for (const SolverSpec& spec : all) {
    text += text.empty() ? "[" : ", ";
    text += spec.external ? external_level_table(*spec.external)
            : are_tables  ? level_table(spec)
                          : toml_text(spec.refinement());
  }
  return text + "]";
}

}  // namespace forerun
