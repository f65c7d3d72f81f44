#include "apps/forerun/run/fine_levels.h"

#include <algorithm>
#include <cmath>

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/coarse_strategy.h"
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

constexpr const char* kStrategy = "strategy";
constexpr const char* kMethod = "method";

/// Levels that are tables: steps or tolerance, and an equation of their own, on a coarser mesh or with other
/// parameters; or, below the last, all that [coarse] may say of a solver.
class LevelTables {
 public:
  LevelTables(const ConfigDocument& document, const RunConfig& config, const SolverSpec& own, bool own_is_given)
      : document_(document), config_(config), own_(own), own_is_given_(own_is_given) {}

  std::vector<SolverSpec> read(const std::string& text) {
    const bool has_others = tables_have_any(text, {kStrategy, kMethod});
    std::optional<std::vector<Parameters>> tables;
    try {
      tables = read_tables(text, has_others ? keys_of_coarse() : keys_of_own());
    } catch (const ParameterError& error) {
      refuse(error.what());
    }
    if (!tables) refuse(text + ": must be tables like {" + key() + " = …, coarsening = 2}, all of them");
    const Parameters& last = tables->back();
    const SolverSpec top = has_others && names_solver(last) ? own_ : level(last);
    if (top.is_of_variant() || (has_others && names_solver(last))) {
      refuse("the last level is the fine solver: must solve the equation itself, on its own mesh, by [fine] method");
    }
    config_.fine = top;
    std::vector<SolverSpec> levels;
    for (std::size_t i = 0; i + 1 < tables->size(); ++i) {
      const Parameters& table = (*tables)[i];
      levels.push_back(has_others && names_solver(table) ? other_solver(table) : level(table));
    }
    levels.push_back(top);
    return levels;
  }

 private:
  const std::string& key() const { return own_.entry().refining_key().name; }

  [[noreturn]] void refuse(const std::string& sentence) const {
    throw UsageError(place_of(document_, "fine", "levels") + ": [fine] levels: " + sentence);
  }

  static bool names_solver(const Parameters& table) { return table.is_set(kStrategy) || table.is_set(kMethod); }

  std::vector<ParameterSpec> with_variants(std::vector<ParameterSpec> keys) const {
    for (ParameterSpec& key : keys_of_variants(config_.problem.parameters)) keys.push_back(std::move(key));
    return keys;
  }
  std::vector<ParameterSpec> keys_of_own() const { return with_variants(own_.options.specs()); }
  std::vector<ParameterSpec> keys_of_coarse() const {
    for (const ConfigSection& section : config_sections()) {
      if (section.name == "coarse") return with_variants(section.keys);
    }
    return keys_of_own();
  }

  /// What is said must be said to this solver.
  void refuse_others_keys(const Parameters& table, const SolverSpec& solver) const {
    for (const ParameterSpec& spec : table.specs()) {
      const bool is_known = has_key(solver.options.specs(), spec.name) || spec.name.starts_with(kVariantPrefix) ||
                            spec.name == kStrategy || spec.name == kMethod;
      if (table.is_set(spec.name) && !is_known)
        refuse(spec.name + " = " + toml_text(table.value(spec.name)) + ": " + solver.method + " has no such key");
    }
  }

  SolverSpec level(const Parameters& table) const {
    if (!table.is_set(key()) && !own_is_given_) refuse("each must have '" + key() + "' where [fine] has none");
    SolverSpec level = own_;
    refuse_others_keys(table, level);
    take_values(table, level);
    return level;
  }

  SolverSpec other_solver(const Parameters& table) const {
    const std::string place = place_of(document_, "fine", "levels") + ": [fine] levels: ";
    Parameters complete = with_absolute_files(document_, table);
    if (complete.is_set(kStrategy)) complete = completed_by_strategy(document_, config_, complete, place);
    SolverSpec solver = integrator(complete);
    refuse_others_keys(complete, solver);
    const std::string& refining = solver.entry().refining_key().name;
    if (!complete.is_set(kStrategy) && !complete.is_set(refining))
      refuse("method = \"" + solver.method + "\": must have '" + refining + "'");
    find_network_file(document_, solver, place);
    return solver;
  }

  const ConfigDocument& document_;
  RunConfig config_;
  const SolverSpec& own_;
  bool own_is_given_;
};

/// {steps = 16, coarsening = 2}: what `LevelTables` reads below a fine solver of this method.
std::string level_table(const SolverSpec& spec, const std::string& fine_method) {
  std::string text = spec.method == fine_method ? "" : "method = " + toml_text(spec.method) + ", ";
  text += spec.entry().refining_key().name + " = " + toml_text(spec.refinement());
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
              "[{steps = 16, coarsening = 2}, {steps = 64}], or with a strategy of [coarse], as [{strategy = \"pod\"}, "
              "{steps = 64}]; or \"auto\""};
}

FineLevels read_fine_levels(const ConfigDocument& document, const RunConfig& config, const Parameters& fine) {
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
    levels.solvers = LevelTables(document, config, own, own_is_given).read(text);
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
  const std::string& method = all.back().method;
  const bool are_tables =
      std::any_of(all.begin(), all.end(), [&](const SolverSpec& s) { return s.is_of_variant() || s.method != method; });
  std::string text;
  for (const SolverSpec& spec : all) {
    text += text.empty() ? "[" : ", ";
    text += spec.external ? external_level_table(*spec.external)
            : are_tables  ? level_table(spec, method)
                          : toml_text(spec.refinement());
  }
  return text + "]";
}

}  // namespace forerun
