#include "apps/forerun/config/config.h"

#include <algorithm>

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/coarse_strategy.h"
#include "apps/forerun/config/external_solver.h"
#include "apps/forerun/config/method.h"
#include "apps/forerun/config/number_list.h"
#include "apps/forerun/config/string_place.h"
#include "apps/forerun/config/time_boundaries.h"
#include "core/base/number_text.h"
#include "core/parareal/parareal_options.h"
#include "core/parareal/windows.h"
#include "learning/training/corrector_registry.h"
#include "solvers/equations/problem_registry.h"
#include "solvers/expressions/expression_error.h"
#include "solvers/external/external_problem.h"

namespace forerun {
namespace {

const ConfigSection& section_named(const std::string& name) {
  const auto& all = config_sections();
  return *std::find_if(all.begin(), all.end(), [&](const ConfigSection& s) { return s.name == name; });
}

void refuse_unknown_sections(const ConfigDocument& document) {
  std::vector<std::string> known;
  for (const ConfigSection& section : config_sections()) known.push_back(section.name);
  const auto check = [&](const std::string& name, const std::string& place) {
    if (std::find(known.begin(), known.end(), name) != known.end()) return;
    const std::string nearest = nearest_name(name, known);
    throw UsageError(place + ": unknown section [" + name + "]" +
                     (nearest.empty() ? "" : ": did you mean [" + nearest + "]?"));
  };
  for (const std::string& name : document.sections()) check(name, document.place_of_section(name));
  for (const Setting& setting : document.settings()) check(setting.section, setting.place);
}

void require_key(const ConfigDocument& document, const ConfigSection& section, const Parameters& parameters,
                 const std::string& key) {
  if (parameters.is_set(key)) return;
  const auto spec =
      std::find_if(section.keys.begin(), section.keys.end(), [&](const auto& s) { return s.name == key; });
  throw UsageError(document.place_of_section(section.name) + ": [" + section.name + "] has no '" + key +
                   "': must be given, " + spec->rule());
}

/// The section's settings, checked; `more` are the parameters of what the section names.
Parameters read_section(const ConfigDocument& document, const std::string& name,
                        const std::vector<ParameterSpec>& more = {}) {
  const ConfigSection& section = section_named(name);
  std::vector<ParameterSpec> specs = section.keys;
  specs.insert(specs.end(), more.begin(), more.end());
  Parameters parameters(std::move(specs));
  for (const Setting& setting : document.settings()) {
    if (setting.section != name) continue;
    try {
      parameters.set(setting.key, setting.value);
    } catch (const ParameterError& error) {
      throw UsageError(setting.place + ": [" + name + "] " + error.what());
    }
  }
  for (const std::string& key : section.required) require_key(document, section, parameters, key);
  return parameters;
}

/// Splits off what the named thing knows from what the section itself holds.
Parameters subset(const Parameters& all, const std::vector<ParameterSpec>& specs) {
  Parameters part(specs);
  for (const ParameterSpec& spec : specs) {
    if (all.is_set(spec.name)) part.set(spec.name, all.value(spec.name));
  }
  return part;
}

/// find(name) of a registry, its error with the place of [section] name.
template <typename Find>
auto find_entry(const ConfigDocument& document, const std::string& section, const Find& find) {
  const Setting* setting = document.find(section, "name");
  const auto* name = setting != nullptr ? std::get_if<std::string>(&setting->value) : nullptr;
  try {
    return name != nullptr ? &find(*name) : nullptr;
  } catch (const ParameterError& error) {
    throw UsageError(setting->place + ": [" + section + "] " + error.what());
  }
}

/// Keys of other methods than the one that is named.
void refuse_what_is_not_the_methods(const ConfigDocument& document, const std::string& section,
                                    const Parameters& values) {
  const SolverSpec named(values.text("method"));
  const auto is_its_own = [&](const ParameterSpec& key) { return has_key(named.options.specs(), key.name); };
  for (const IntegratorEntry& other : integrator_registry()) {
    for (const ParameterSpec& key : other.keys) {
      if (!values.is_set(key.name) || is_its_own(key)) continue;
      throw UsageError(
          place_of(document, section, key.name) + ": [" + section + "] " + key.name + " = " +
          toml_text(values.value(key.name)) + ": must be left out, " + named.method +
          (named.is_adaptive() ? " chooses its steps by 'tolerance'" : " takes equal steps, as many as 'steps' says"));
    }
  }
}

/// The key that says how fine the section's method is.
const std::string& refining_key(const Parameters& section) {
  return find_integrator(section.text("method")).refining_key().name;
}

/// A section names a solver by `method`, or, and of a problem without an equation only so, by one that is not ours.
void require_solver(const ConfigDocument& document, const RunConfig& config, const std::string& section,
                    const Parameters& values) {
  if (config.problem.name != external_problem().name) {
    return require_key(document, section_named(section), values, "method");
  }
  const Setting* method = document.find(section, "method");
  throw UsageError((method != nullptr ? method->place : document.place_of_section(section)) + ": [" + section +
                   (method != nullptr ? "] method = " + toml_text(method->value) : "] has no solver") +
                   ": must have a 'command', a 'worker' or a 'library', there is no equation to integrate");
}

FineLevels read_fine(const ConfigDocument& document, const RunConfig& config, const Parameters& fine) {
  const Parameters& problem = config.problem.parameters;
  if (auto solver = read_external_solver(document, "fine", fine, problem)) return {false, {*std::move(solver)}};
  if (auto levels = read_external_levels(document, fine, problem)) return *std::move(levels);
  require_solver(document, config, "fine", fine);
  refuse_what_is_not_the_methods(document, "fine", fine);
  FineLevels levels = read_fine_levels(document, config, fine);
  if (!levels.is_ladder()) require_key(document, section_named("fine"), fine, refining_key(fine));
  return levels;
}

/// [fine] and [coarse]. With a ladder, or a method that needs none, [coarse] may be left out.
void read_solvers(const ConfigDocument& document, RunConfig& config) {
  const Parameters fine = read_section(document, "fine");
  config.fine_levels = read_fine(document, config, fine);
  config.fine = config.fine_levels.solvers.back();
  config.slice_timeout = fine.number("slice_timeout");

  const Parameters coarse =
      with_absolute_files(document, read_section(document, "coarse", keys_of_variants(config.problem.parameters)));
  const auto& keys = coarse.specs();
  const bool coarse_is_given =
      std::any_of(keys.begin(), keys.end(), [&](const ParameterSpec& key) { return coarse.is_set(key.name); });
  config.coarse_is_cheapest_level = config.fine_levels.is_ladder() && !coarse_is_given;
  if (config.coarse_is_cheapest_level) {
    config.coarse = config.fine_levels.solvers.front();
    return;
  }
  if (!coarse_is_given && config.method.name == kParaexp && !config.fine.external) {
    config.coarse = rough_version(config.fine);
    return;
  }
  if (auto solver = read_external_solver(document, "coarse", coarse, config.problem.parameters)) {
    config.coarse = *std::move(solver);
    return;
  }
  if (coarse.is_set("strategy") && config.problem.name != external_problem().name) {
    const Parameters complete = completed_by_strategy(document, config, coarse);
    refuse_what_is_not_the_methods(document, "coarse", complete);
    config.coarse = integrator(complete);
    find_network_file(document, config.coarse);
    return;
  }
  require_solver(document, config, "coarse", coarse);
  refuse_what_is_not_the_methods(document, "coarse", coarse);
  require_key(document, section_named("coarse"), coarse, refining_key(coarse));
  config.coarse = integrator(coarse);
  find_network_file(document, config.coarse);
}

/// Where a key of [problem] is, or what of its table is there: the place of a key that is missing.
std::string place_of_problem_key(const ConfigDocument& document, const std::string& key) {
  if (document.find("problem", key) != nullptr) return place_of(document, "problem", key);
  for (std::string table = key; !table.empty(); table.erase(std::min(table.rfind('.'), table.size()))) {
    for (const Setting& setting : document.settings()) {
      if (setting.section == "problem" && setting.key.starts_with(table + ".")) return setting.place;
    }
    if (table.find('.') == std::string::npos) break;
  }
  return document.place_of_section("problem");
}

/// use(), its complaints about a key or a place in an expression with the place in the document.
template <typename Use>
auto placed_in_problem(const ConfigDocument& document, const Use& use) {
  try {
    return use();
  } catch (const ExpressionError& error) {
    const Setting* setting = document.find("problem", error.name());
    const std::string place =
        setting != nullptr ? place_in_string(*setting, error.offset()) : place_of_problem_key(document, error.name());
    throw UsageError(place + ": [problem] " + error.name() + ": " + error.what());
  } catch (const ParameterError& error) {
    throw UsageError(place_of_problem_key(document, error.name()) + ": [problem] " + error.what());
  }
}

/// The rules of a problem's own keys.
std::vector<ParameterSpec> problem_keys(const ConfigDocument& document, const ProblemEntry* entry) {
  if (entry == nullptr) return {};
  if (!entry->open) return entry->parameters;
  std::vector<std::pair<std::string, ParameterValue>> given;
  for (const Setting& setting : document.settings()) {
    const bool is_own = setting.key != "name" && setting.key != "initial_state";
    if (setting.section == "problem" && is_own) given.emplace_back(setting.key, setting.value);
  }
  return placed_in_problem(document, [&] { return entry->open->specs(given); });
}

/// The numbers of "[1.0, 0.0]".
State state_from(const std::string& text, const std::string& place) {
  const std::optional<std::vector<double>> numbers = parse_numbers(text);
  if (!numbers) {
    throw UsageError(place + ": [problem] initial_state = " + text +
                     ": must be a list of numbers, or the name of a .csv or .npy file");
  }
  const State state = Eigen::Map<const State>(numbers->data(), static_cast<Index>(numbers->size()));
  if (!state.allFinite()) throw UsageError(place + ": [problem] initial_state = " + text + ": must be finite");
  return state;
}

void read_initial_state(const ConfigDocument& document, const std::string& text, RunConfig& config) {
  const std::string place = place_of(document, "problem", "initial_state");
  if (text.starts_with('[')) {
    config.initial_values = state_from(text, place);
  } else if (!text.empty()) {
    config.initial_state = std::filesystem::path(document.file_name()).parent_path() / text;
  } else {
    throw UsageError(place + ": [problem] initial_state = '': must be the name of a .csv or .npy file");
  }
}

NamedChoice read_problem(const ConfigDocument& document, RunConfig& config) {
  const ProblemEntry* entry = find_entry(document, "problem", find_problem);
  const std::vector<ParameterSpec> specs = problem_keys(document, entry);
  const Parameters section = read_section(document, "problem", specs);
  if (section.is_set("initial_state")) read_initial_state(document, section.text("initial_state"), config);
  NamedChoice problem{section.text("name"), subset(section, specs)};
  if (entry == &external_problem()) {
    for (const char* key : {"dimension", "initial_state"}) {
      if (section.is_set(key)) continue;
      throw UsageError(document.place_of_section("problem") + ": [problem] has no '" + key +
                       "': must be given for 'external', which has none of its own");
    }
  }
  if (entry != nullptr && entry->open) {
    placed_in_problem(document, [&] { entry->open->check(problem.parameters); });
  }
  return problem;
}

NamedChoice read_method(const ConfigDocument& document) {
  const MethodEntry* entry = find_entry(document, "method", find_method);
  const MethodEntry& chosen = entry != nullptr ? *entry : find_method(kParareal);
  const Parameters section = read_section(document, "method", chosen.parameters);
  return {chosen.name, subset(section, chosen.parameters)};
}

NamedChoice read_corrector(const ConfigDocument& document) {
  const CorrectorEntry* entry = find_entry(document, "corrector", find_corrector);
  const CorrectorEntry& chosen = entry != nullptr ? *entry : find_corrector("auto");
  const Parameters section = read_section(document, "corrector", chosen.parameters);
  return {chosen.name, subset(section, chosen.parameters)};
}

}  // namespace

RunConfig read_config(const ConfigDocument& document) {
  refuse_unknown_sections(document);
  RunConfig config;
  config.file_name = document.file_name();
  config.problem = read_problem(document, config);
  const Parameters time = read_section(document, "time");
  if (time.is_set("begin")) config.begin = time.number("begin");
  config.boundaries = read_boundaries(document, time);
  if (config.boundaries) {
    config.begin = config.boundaries->front();
    config.end = config.boundaries->back();
    config.slices = static_cast<Index>(config.boundaries->size()) - 1;
  } else {
    for (const char* key : {"end", "slices"}) require_key(document, section_named("time"), time, key);
    config.end = time.number("end");
    config.slices = static_cast<Index>(time.integer("slices"));
  }
  config.windows = static_cast<Index>(time.integer("windows"));
  try {
    check_windows(config.windows, config.slices);
  } catch (const ParameterError& error) {
    throw UsageError(place_of(document, "time", "windows") + ": [time] " + error.what());
  }
  config.method = read_method(document);
  read_solvers(document, config);
  config.parareal = read_section(document, "parareal");
  config.corrector = read_corrector(document);
  const Parameters run = read_section(document, "run");
  config.threads = static_cast<int>(run.integer("threads"));
  config.seed = static_cast<std::uint64_t>(run.integer("seed"));
  config.checkpoint_seconds = run.number("checkpoint_seconds");
  config.output = read_output(document, read_section(document, "output"));
  return config;
}

void take_values(const Parameters& values, SolverSpec& solver) {
  for (const ParameterSpec& key : solver.options.specs()) {
    const bool is_known = has_key(values.specs(), key.name);
    if (is_known && values.is_set(key.name)) solver.options.set(key.name, values.value(key.name));
  }
  for (const ParameterSpec& key : values.specs()) {
    if (!key.name.starts_with(kVariantPrefix) || !values.is_set(key.name)) continue;
    solver.problem[key.name.substr(kVariantPrefix.size())] = values.value(key.name);
  }
}

SolverSpec integrator(const Parameters& section) {
  SolverSpec spec(section.text("method"));
  take_values(section, spec);
  return spec;
}

void set_solver(ConfigDocument& document, const std::string& section, const SolverSpec& spec,
                const std::string& place) {
  if (spec.external) return set_external_solver(document, section, *spec.external, place);
  const auto set = [&](const std::string& key, const ParameterValue& value) {
    document.set({section, key, value, place});
  };
  document.remove(section, "strategy");
  set("method", spec.method);
  // The fine solver itself has no mesh of its own.
  const auto& keys = section == "coarse" ? spec.options.specs() : spec.entry().keys;
  for (const ParameterSpec& key : keys) set(key.name, spec.options.value(key.name));
  for (const auto& [key, value] : spec.problem) set(std::string(kVariantPrefix) + key, value);
}

std::vector<ParameterSpec> keys_of_variants(const Parameters& problem) {
  std::vector<ParameterSpec> keys = problem.specs();
  for (ParameterSpec& key : keys) {
    key.default_value = problem.value(key.name);
    key.name = std::string(kVariantPrefix) + key.name;
  }
  return keys;
}

NamedChoice choose_corrector(const RunConfig& config, const std::string& name) {
  if (name == config.corrector.name) return config.corrector;
  return {name, Parameters(find_corrector(name).parameters)};
}

void require_one_window(const ConfigDocument& document, const RunConfig& config) {
  if (config.windows == 1) return;
  throw UsageError(place_of(document, "time", "windows") + ": [time] windows = " + std::to_string(config.windows) +
                   ": must be 1 here, how a run scales is modelled of one window");
}

void require_equal_slices(const ConfigDocument& document, const RunConfig& config) {
  if (!config.boundaries) return;
  throw UsageError(place_of(document, "time", "boundaries") +
                   ": [time] boundaries: must be left out here, where other numbers of slices are tried");
}

std::string place_of(const ConfigDocument& document, const std::string& section, const std::string& key) {
  const Setting* setting = document.find(section, key);
  return setting != nullptr ? setting->place : document.place_of_section(section);
}

}  // namespace forerun
