#include "apps/forerun/config/method.h"

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/paraexp_settings.h"
#include "apps/forerun/config/pfasst_settings.h"
#include "core/mgrit/mgrit_options.h"

namespace forerun {

const std::vector<MethodEntry>& method_registry() {
  static const std::vector<MethodEntry> methods = {
      {kParareal, "one coarse solver runs ahead, corrected by what is learned: see [parareal] and [corrector]", {}},
      {kMgrit, "multigrid reduction in time: the coarse solver on grids of ever longer slices, no learning",
       MgritOptions::parameter_specs()},
      {kPfasst,
       "parallel full approximation scheme in space and time: sweeps of spectral deferred corrections on all slices at "
       "once, each a step; levels by [fine] and [coarse], no learning",
       PfasstSettings::parameter_specs()},
      {kParaexp,
       "linear equations with a source, u' = A u + b(t), in one go: parts of the grid by [fine] from 0, what they end "
       "with carried on by exponentials, no learning",
       ParaexpSettings::parameter_specs()},
  };
  return methods;
}

const MethodEntry& find_method(const std::string& name) {
  std::vector<std::string> names;
  for (const MethodEntry& entry : method_registry()) {
    if (entry.name == name) return entry;
    names.push_back(entry.name);
  }
  throw ParameterError("name", "unknown method '" + name + "': " + suggestion(name, names));
}

NamedChoice method_choice(const RunConfig& config, const std::string& method) {
  if (config.method.name == method) return config.method;
  NamedChoice choice{method, Parameters(find_method(method).parameters)};
  for (const char* key : kCommonKeys) {
    try {
      choice.parameters.set(key, config.parareal.value(key));
    } catch (const ParameterError&) {
      // "until all is exact", which not every method ends with, or a key that it has not: its own default
    }
  }
  return choice;
}

void require_parareal(const ConfigDocument& document, const RunConfig& config, const std::string& what) {
  if (config.method.name == kParareal) return;
  throw UsageError(place_of(document, "method", "name") + ": [method] name = \"" + config.method.name +
                   "\": must be \"" + kParareal + "\" here, " + what);
}

void require_no_windows_or_levels(const ConfigDocument& document, const RunConfig& config, const std::string& method) {
  if (config.windows > 1) {
    throw UsageError(place_of(document, "time", "windows") + ": [time] windows = " + std::to_string(config.windows) +
                     ": must be 1 for " + method + ", which solves all slices at once");
  }
  if (config.fine_levels.is_ladder()) {
    throw UsageError(place_of(document, "fine", "levels") + ": [fine] levels = " + levels_text(config.fine_levels) +
                     ": must be left out for " + method + ", which climbs no ladder");
  }
}

void refuse_settings_of_parareal(const ConfigDocument& document, const std::string& method) {
  for (const Setting& setting : document.settings()) {
    if (setting.section != "parareal" && setting.section != "corrector") continue;
    throw UsageError(setting.place + ": [" + setting.section + "] " + setting.key + ": must be left out, [method] is " +
                     method + "; `forerun compare --methods parareal," + method + "` runs both");
  }
}

}  // namespace forerun
