#include "apps/forerun/config/config.h"

#include <algorithm>

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/string_place.h"
#include "core/parareal/parareal_options.h"
#include "core/parareal/windows.h"
#include "learning/training/corrector_registry.h"
#include "solvers/equations/problem_registry.h"
#include "solvers/expressions/expression_error.h"

namespace forerun {
namespace {

ParameterSpec text_key(std::string name, std::string description) {
  return {std::move(name), std::string(), std::move(description)};
}

ParameterSpec integer_key(std::string name, std::int64_t value, double minimum, double maximum,
                          std::string description) {
  ParameterSpec spec{std::move(name), value, std::move(description), minimum, maximum};
  return spec;
}

bool has_key(const std::vector<ParameterSpec>& keys, const std::string& name) {
  return std::any_of(keys.begin(), keys.end(), [&](const ParameterSpec& key) { return key.name == name; });
}

/// `method`, and every key that some integrator knows.
std::vector<ParameterSpec> integrator_keys() {
  ParameterSpec method = text_key("method", "integrator, see `forerun list`");
  for (const IntegratorEntry& entry : integrator_registry()) method.choices.push_back(entry.name);
  std::vector<ParameterSpec> keys{method};
  for (const IntegratorEntry& entry : integrator_registry()) {
    for (const ParameterSpec& key : entry.keys) {
      if (!has_key(keys, key.name)) keys.push_back(key);
    }
  }
  return keys;
}

std::vector<ParameterSpec> fine_keys() {
  std::vector<ParameterSpec> keys = integrator_keys();
  keys.push_back(levels_key());
  keys.push_back({.name = "slice_timeout",
                  .default_value = 0.0,
                  .description = "a fine solve that takes longer ends the run; 0: no limit",
                  .minimum = 0.0,
                  .unit = "s"});
  return keys;
}

std::vector<ConfigSection> make_sections() {
  const ParameterSpec name = text_key("name", "see `forerun list`");
  ParameterSpec initial_state = text_key("initial_state", "file with u(begin), .csv or .npy; relative to this file");
  ParameterSpec begin{"begin", 0.0, "start time; the problem's own where it is not given"};
  ParameterSpec end{"end", 1.0, "final time, after begin"};
  // The rule of `slices` is the time grid's own.
  const ParameterSpec slices = integer_key("slices", 1, 1, 1e9, "time slices of equal length");
  ParameterSpec checkpoint_seconds{"checkpoint_seconds", 30.0,
                                   "a run with --out leaves a checkpoint at most this often; 0: after each iteration"};
  checkpoint_seconds.minimum = 0.0;
  checkpoint_seconds.unit = "s";
  const ParameterSpec windows = integer_key(
      "windows", 1, 1, 1e9, "run one after the other, each over slices / windows of them; must divide slices");
  constexpr double largest_seed = 9007199254740992.0;  // 2^53: seeds survive JSON readers that know only doubles
  return {{"problem", "the equation and its parameters", {name, initial_state}, {"name"}},
          {"time", "the interval and its slices", {begin, end, slices, windows}, {"end", "slices"}},
          {"fine", "the solver whose answer is wanted", fine_keys(), {"method"}},
          {"coarse", "the solver that runs ahead; left out: the cheapest of the fine levels", integrator_keys(), {}},
          {"parareal", "the iteration", PararealOptions::parameter_specs(), {}},
          {"corrector", "what is learned, and its options", {name}, {}},
          {"run",
           "the machine",
           {integer_key("threads", 0, 0, 1024, "threads; 0: all cores"),
            integer_key("seed", 1, 0, largest_seed, "of the random layer"), checkpoint_seconds},
           {}}};
}

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
  const IntegratorEntry& entry = find_integrator(values.text("method"));
  for (const ParameterSpec& key : integrator_keys()) {
    if (key.name == "method" || !values.is_set(key.name) || has_key(entry.keys, key.name)) continue;
    throw UsageError(
        place_of(document, section, key.name) + ": [" + section + "] " + key.name + " = " +
        toml_text(values.value(key.name)) + ": must be left out, " + entry.name +
        (entry.adaptive ? " chooses its steps by 'tolerance'" : " takes equal steps, as many as 'steps' says"));
  }
}

/// The key that says how fine the section's method is.
const std::string& refining_key(const Parameters& section) {
  return find_integrator(section.text("method")).refining_key().name;
}

/// [fine] and [coarse]. With a ladder, [coarse] may be left out.
void read_solvers(const ConfigDocument& document, RunConfig& config) {
  const Parameters fine = read_section(document, "fine");
  refuse_what_is_not_the_methods(document, "fine", fine);
  config.fine_levels = read_fine_levels(document, fine);
  if (!config.fine_levels.is_ladder()) {
    require_key(document, section_named("fine"), fine, refining_key(fine));
  }
  config.fine = config.fine_levels.solvers.back();
  config.slice_timeout = fine.number("slice_timeout");

  const Parameters coarse = read_section(document, "coarse");
  const auto& keys = coarse.specs();
  const bool coarse_is_given =
      std::any_of(keys.begin(), keys.end(), [&](const ParameterSpec& key) { return coarse.is_set(key.name); });
  config.coarse_is_cheapest_level = config.fine_levels.is_ladder() && !coarse_is_given;
  if (config.coarse_is_cheapest_level) {
    config.coarse = config.fine_levels.solvers.front();
    return;
  }
  require_key(document, section_named("coarse"), coarse, "method");
  refuse_what_is_not_the_methods(document, "coarse", coarse);
  require_key(document, section_named("coarse"), coarse, refining_key(coarse));
  config.coarse = integrator(coarse);
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

NamedChoice read_problem(const ConfigDocument& document, RunConfig& config) {
  const ProblemEntry* entry = find_entry(document, "problem", find_problem);
  const std::vector<ParameterSpec> specs = problem_keys(document, entry);
  const Parameters section = read_section(document, "problem", specs);
  if (section.is_set("initial_state")) {
    const std::filesystem::path path = section.text("initial_state");
    if (path.empty()) {
      throw UsageError(place_of(document, "problem", "initial_state") +
                       ": [problem] initial_state = '': must be the name of a .csv or .npy file");
    }
    config.initial_state = std::filesystem::path(document.file_name()).parent_path() / path;
  }
  NamedChoice problem{section.text("name"), subset(section, specs)};
  if (entry != nullptr && entry->open) {
    placed_in_problem(document, [&] { entry->open->check(problem.parameters); });
  }
  return problem;
}

NamedChoice read_corrector(const ConfigDocument& document) {
  const CorrectorEntry* entry = find_entry(document, "corrector", find_corrector);
  const CorrectorEntry& chosen = entry != nullptr ? *entry : find_corrector("auto");
  const Parameters section = read_section(document, "corrector", chosen.parameters);
  return {chosen.name, subset(section, chosen.parameters)};
}

}  // namespace

const std::vector<ConfigSection>& config_sections() {
  static const std::vector<ConfigSection> sections = make_sections();
  return sections;
}

RunConfig read_config(const ConfigDocument& document) {
  refuse_unknown_sections(document);
  RunConfig config;
  config.file_name = document.file_name();
  config.problem = read_problem(document, config);
  const Parameters time = read_section(document, "time");
  if (time.is_set("begin")) config.begin = time.number("begin");
  config.end = time.number("end");
  config.slices = static_cast<Index>(time.integer("slices"));
  config.windows = static_cast<Index>(time.integer("windows"));
  try {
    check_windows(config.windows, config.slices);
  } catch (const ParameterError& error) {
    throw UsageError(place_of(document, "time", "windows") + ": [time] " + error.what());
  }
  read_solvers(document, config);
  config.parareal = read_section(document, "parareal");
  config.corrector = read_corrector(document);
  const Parameters run = read_section(document, "run");
  config.threads = static_cast<int>(run.integer("threads"));
  config.seed = static_cast<std::uint64_t>(run.integer("seed"));
  config.checkpoint_seconds = run.number("checkpoint_seconds");
  return config;
}

SolverSpec integrator(const Parameters& section) {
  SolverSpec spec(section.text("method"));
  for (const ParameterSpec& key : spec.options.specs()) {
    if (section.is_set(key.name)) spec.options.set(key.name, section.value(key.name));
  }
  return spec;
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

std::string place_of(const ConfigDocument& document, const std::string& section, const std::string& key) {
  const Setting* setting = document.find(section, key);
  return setting != nullptr ? setting->place : document.place_of_section(section);
}

std::string to_toml(const RunConfig& config, const std::optional<std::filesystem::path>& initial_state) {
  std::string text;
  const auto header = [&](const std::string& name) { text += (text.empty() ? "[" : "\n[") + name + "]\n"; };
  const auto line = [&](const std::string& key, const ParameterValue& value) {
    text += key + " = " + toml_text(value) + "\n";
  };
  const auto lines = [&](const Parameters& parameters) {
    for (const ParameterSpec& spec : parameters.specs()) line(spec.name, parameters.value(spec.name));
  };
  header("problem");
  line("name", config.problem.name);
  if (initial_state) line("initial_state", initial_state->string());
  lines(config.problem.parameters);
  header("time");
  if (config.begin) line("begin", *config.begin);
  line("end", config.end);
  line("slices", std::int64_t{config.slices});
  const bool coarse_is_open = config.fine_levels.automatic && config.coarse_is_cheapest_level;
  line("windows", std::int64_t{config.windows});
  for (const auto& [name, spec] : {std::pair("fine", config.fine), std::pair("coarse", config.coarse)}) {
    if (name == std::string_view("coarse") && coarse_is_open) continue;
    header(name);
    line("method", spec.method);
    lines(spec.options);
    if (name == std::string_view("fine") && config.fine_levels.is_ladder()) {
      text += "levels = " + levels_text(config.fine_levels) + "\n";
    }
    if (name == std::string_view("fine")) line("slice_timeout", config.slice_timeout);
  }
  header("parareal");
  lines(config.parareal);
  header("corrector");
  line("name", config.corrector.name);
  lines(config.corrector.parameters);
  header("run");
  line("threads", std::int64_t{config.threads});
  line("seed", static_cast<std::int64_t>(config.seed));
  line("checkpoint_seconds", config.checkpoint_seconds);
  return text;
}

}  // namespace forerun
