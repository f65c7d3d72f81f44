// A configuration as a file that reads back the same.
#include <algorithm>

#include "apps/forerun/config/config.h"
#include "apps/forerun/config/external_solver.h"
#include "apps/forerun/config/method.h"
#include "apps/forerun/config/number_list.h"

namespace forerun {
namespace {

bool is_any_set(const Parameters& parameters) {
  const std::vector<ParameterSpec>& specs = parameters.specs();
  return std::any_of(specs.begin(), specs.end(), [&](const auto& spec) { return parameters.is_set(spec.name); });
}

/// Something else than what a configuration gets that says nothing.
bool names_corrector(const NamedChoice& corrector) {
  return corrector.name != "auto" || is_any_set(corrector.parameters);
}

std::string text_from(const State& state) { return numbers_text({state.begin(), state.end()}); }

}  // namespace

std::string to_toml(const RunConfig& config, const std::optional<std::filesystem::path>& initial_state) {
  std::string text;
  const auto header = [&](const std::string& name) { text += (text.empty() ? "[" : "\n[") + name + "]\n"; };
  const auto line = [&](const std::string& key, const ParameterValue& value) {
    text += key + " = " + toml_text(value) + "\n";
  };
  const auto lines = [&](const Parameters& parameters) {
    for (const ParameterSpec& spec : parameters.specs()) line(spec.name, parameters.value(spec.name));
  };
  const auto variant_lines = [&](const SolverSpec& spec) {
    for (const ParameterSpec& key : mesh_keys()) line(key.name, spec.options.value(key.name));
    for (const auto& [key, value] : spec.problem) line(std::string(kVariantPrefix) + key, value);
  };
  header("problem");
  line("name", config.problem.name);
  if (initial_state) {
    line("initial_state", initial_state->string());
  } else if (config.initial_values) {
    text += "initial_state = " + text_from(*config.initial_values) + "\n";
  }
  lines(config.problem.parameters);
  header("time");
  if (config.boundaries) {
    text += "boundaries = " + numbers_text(*config.boundaries) + "\n";
  } else {
    if (config.begin) line("begin", *config.begin);
    line("end", config.end);
    line("slices", std::int64_t{config.slices});
  }
  const bool coarse_is_open = config.fine_levels.automatic && config.coarse_is_cheapest_level;
  line("windows", std::int64_t{config.windows});
  for (const auto& [name, spec] : {std::pair("fine", config.fine), std::pair("coarse", config.coarse)}) {
    if (name == std::string_view("coarse") && coarse_is_open) continue;
    header(name);
    const bool is_levels = name == std::string_view("fine") && config.fine_levels.is_ladder();
    if (spec.external) {
      text += is_levels ? external_place_lines(*spec.external) : external_solver_lines(*spec.external);
    } else {
      line("method", spec.method);
      for (const ParameterSpec& key : spec.entry().keys) line(key.name, spec.options.value(key.name));
      if (name == std::string_view("coarse")) variant_lines(spec);
    }
    if (is_levels) text += "levels = " + levels_text(config.fine_levels) + "\n";
    if (name == std::string_view("fine")) line("slice_timeout", config.slice_timeout);
  }
  header("method");
  line("name", config.method.name);
  lines(config.method.parameters);
  if (config.method.name == kParareal || is_any_set(config.parareal)) {
    header("parareal");
    lines(config.parareal);
  }
  if (config.method.name == kParareal || names_corrector(config.corrector)) {
    header("corrector");
    line("name", config.corrector.name);
    lines(config.corrector.parameters);
  }
  header("run");
  line("threads", std::int64_t{config.threads});
  line("seed", static_cast<std::int64_t>(config.seed));
  line("checkpoint_seconds", config.checkpoint_seconds);
  if (config.output) text += "\n" + output_text(*config.output);
  return text;
}

}  // namespace forerun
