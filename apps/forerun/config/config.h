#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/forerun/config/config_document.h"
#include "apps/forerun/config/output_section.h"
#include "apps/forerun/run/fine_levels.h"
#include "core/base/parameters.h"
#include "core/base/state.h"
#include "solvers/equations/ode_problem.h"

namespace forerun {

/// A name from a registry with the values of its parameters.
struct NamedChoice {
  std::string name;
  Parameters parameters;
};

/// What a run is made of, every value checked against its rule.
struct RunConfig {
  std::string file_name;
  NamedChoice problem;
  std::optional<std::filesystem::path> initial_state;  ///< relative paths are already resolved
  std::optional<State> initial_values;                 ///< in place of a file
  std::optional<double> begin;                         ///< unset: the problem's own
  double end = 0.0;
  Index slices = 0;
  std::optional<std::vector<double>> boundaries;  ///< unset: `slices` of equal length from `begin` to `end`
  Index windows = 1;                              ///< divides `slices`
  SolverSpec fine;                                ///< the top level
  FineLevels fine_levels;
  double slice_timeout = 0.0;  ///< seconds of a fine solve; 0: no limit
  SolverSpec coarse;
  bool coarse_is_cheapest_level = false;  ///< [coarse] was left out: it follows the ladder
  NamedChoice method;
  Parameters parareal;
  NamedChoice corrector;
  int threads = 0;
  std::uint64_t seed = 1;
  double checkpoint_seconds = 30.0;
  std::optional<OutputRequest> output;

  /// Whether u(begin) is the configuration's, not the problem's.
  bool has_own_initial_state() const { return initial_state || initial_values; }
};

/// Throws `UsageError`, each with place (file:line or the option), value and rule; unknown names suggest the nearest.
RunConfig read_config(const ConfigDocument& document);

/// A section of a configuration with the specifications of its keys, as documented and as checked.
struct ConfigSection {
  std::string name;
  std::string description;
  std::vector<ParameterSpec> keys;    ///< without those of the named problem or corrector
  std::vector<std::string> required;  ///< keys that have no default
};
const std::vector<ConfigSection>& config_sections();

/// Whether one of the keys has this name.
bool has_key(const std::vector<ParameterSpec>& keys, const std::string& name);

/// Gives the solver those of its keys, and those of the equation that are others for it, that are set in `values`.
void take_values(const Parameters& values, SolverSpec& solver);
/// What `method` and its keys in [fine] or [coarse] say.
SolverSpec integrator(const Parameters& section);
/// The same the other way round: puts the solver into the section.
void set_solver(ConfigDocument& document, const std::string& section, const SolverSpec& spec, const std::string& place);

/// What keys of [problem] begin with where a solver has values of its own for them: "problem.viscosity".
inline constexpr std::string_view kVariantPrefix = "problem.";
/// Those keys; as defaults the values that `problem` has.
std::vector<ParameterSpec> keys_of_variants(const Parameters& problem);

/// The corrector called `name` with the options of the configuration if that is the one it configures, else defaults.
NamedChoice choose_corrector(const RunConfig& config, const std::string& name);

/// `settings` as a file that `ConfigDocument::read` reads back, defaults included; `initial_state` takes the place of
/// path or values.
std::string to_toml(const RunConfig& config, const std::optional<std::filesystem::path>& initial_state);

/// Throws `UsageError` where the run goes in windows: how it scales is modelled of one.
void require_one_window(const ConfigDocument& document, const RunConfig& config);

/// Throws `UsageError` where slices have boundaries of their own: what is tried there has other numbers of slices.
void require_equal_slices(const ConfigDocument& document, const RunConfig& config);

/// "[fine] method = …" for the error of a value that only turned out to be wrong when the objects were made.
std::string place_of(const ConfigDocument& document, const std::string& section, const std::string& key);

}  // namespace forerun
