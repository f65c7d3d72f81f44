// What a configuration may say, section by section: documented by `forerun list`, checked by `read_config`.
#include <algorithm>

#include "apps/forerun/config/coarse_strategy.h"
#include "apps/forerun/config/config.h"
#include "apps/forerun/config/external_solver.h"
#include "apps/forerun/config/time_boundaries.h"
#include "core/parareal/parareal_options.h"
#include "solvers/integrators/networks/operator_entry.h"

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

std::vector<ParameterSpec> solver_keys() {
  std::vector<ParameterSpec> keys = integrator_keys();
  for (ParameterSpec& key : external_solver_keys()) keys.push_back(std::move(key));
  return keys;
}

std::vector<ParameterSpec> coarse_keys() {
  std::vector<ParameterSpec> keys = solver_keys();
  keys.front().choices.push_back(operator_entry().name);
  keys.push_back(operator_entry().keys.back());
  keys.push_back(strategy_key());
  keys.insert(keys.end(), mesh_keys().begin(), mesh_keys().end());
  return keys;
}

std::vector<ParameterSpec> fine_keys() {
  std::vector<ParameterSpec> keys = solver_keys();
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
  ParameterSpec initial_state =
      text_key("initial_state", "u(begin): a .csv or .npy file, relative to this one, or a list of numbers");
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
  return {
      {"problem", "the equation and its parameters", {name, initial_state}, {"name"}},
      {"time", "the interval and its slices", {begin, end, slices, windows, boundaries_key()}, {}},
      {"fine", "the solver whose answer is wanted", fine_keys(), {}},
      {"coarse",
       "the solver that runs ahead; left out: the cheapest of the fine levels. A table 'problem' holds keys of "
       "[problem] that are others for it",
       coarse_keys(),
       {}},
      {"method", "how all slices are solved at once, and its options; left out: parareal", {name}, {}},
      {"parareal", "the iteration", PararealOptions::parameter_specs(), {}},
      {"corrector", "what is learned, and its options", {name}, {}},
      {"run",
       "the machine",
       {integer_key("threads", 0, 0, 1024, "threads; 0: all cores"),
        integer_key("seed", 1, 0, largest_seed, "of the random layer"), checkpoint_seconds},
       {}},
      {"output", "states beside those at slice boundaries, by one more pass of the fine solver", output_keys(), {}}};
}

}  // namespace

bool has_key(const std::vector<ParameterSpec>& keys, const std::string& name) {
  return std::any_of(keys.begin(), keys.end(), [&](const ParameterSpec& key) { return key.name == name; });
}

const std::vector<ConfigSection>& config_sections() {
  static const std::vector<ConfigSection> sections = make_sections();
  return sections;
}

}  // namespace forerun
