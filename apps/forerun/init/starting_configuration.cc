#include "apps/forerun/init/starting_configuration.h"

#include <algorithm>

#include "apps/forerun/config/commented_toml.h"
#include "apps/forerun/config/config.h"
#include "solvers/external/external_problem.h"

namespace forerun {
namespace {

/// What a key means, as its section documents it.
std::string meaning(const std::vector<ParameterSpec>& keys, const std::string& name) {
  const auto key = std::find_if(keys.begin(), keys.end(), [&](const ParameterSpec& spec) { return spec.name == name; });
  if (key == keys.end()) return "";
  return key->description + (key->unit.empty() ? "" : ", in " + key->unit);
}

const std::vector<ParameterSpec>& keys_of(const std::string& section) {
  const auto& all = config_sections();
  return std::find_if(all.begin(), all.end(), [&](const ConfigSection& s) { return s.name == section; })->keys;
}

void set(CommentedToml& toml, const std::string& section, const std::string& key, const std::string& value) {
  toml.set(key, value, meaning(keys_of(section), key));
}

void write_problem(CommentedToml& toml, const ProblemEntry& entry, const StartingPoint& point) {
  toml.section("problem");
  toml.set("name", plain_toml_text(entry.name), "");
  for (const ParameterSpec& spec : entry.parameters) {
    const auto other = std::find_if(point.parameters.begin(), point.parameters.end(),
                                    [&](const auto& parameter) { return parameter.first == spec.name; });
    const std::string value = other == point.parameters.end() ? plain_toml_text(spec.default_value) : other->second;
    toml.set(spec.name, value, meaning(entry.parameters, spec.name));
  }
  toml.remark(
      "initial_state = \"u0.csv\": another initial state than the equation's own, a .csv or .npy file or a list");
}

/// Predators and prey, growing faster in summer.
void write_own_equation(CommentedToml& toml) {
  toml.section("problem");
  toml.set("name", "\"equations\"", "an equation that is written here: prey in seasons, and what hunts it");
  toml.section("problem.parameters");
  toml.remark("Numbers that expressions call by name; --set problem.parameters.growth=2.0 changes one.");
  for (const auto& [name, value] :
       {std::pair("growth", "1.1"), {"season", "0.3"}, {"hunt", "0.4"}, {"feed", "0.1"}, {"death", "0.4"}}) {
    toml.set(name, value, "");
  }
  toml.remark("");
  toml.remark("A table for each unknown. `forerun list equations` shows what expressions may contain. On a mesh,");
  toml.remark("  [problem.mesh]");
  toml.remark("  x = { from = 0.0, to = 1.0, points = 100, boundary = \"periodic\" }");
  toml.remark("they may depend on x and have derivatives, like rhs = \"nu*dxx(u) - u*dx(u)\".");
  const auto unknown = [&](const std::string& name, const char* initial, const char* rhs, const char* bounds) {
    toml.section("problem." + name);
    toml.set("initial", initial, "at the beginning; a number or an expression");
    toml.set("rhs", rhs, name + "'");
    toml.set("bounds", bounds, "where it usually is: errors are relative to this");
  };
  unknown("prey", "10.0", "\"growth*(1 + season*sin(2*pi*t))*prey - hunt*prey*predators\"", "[0.0, 20.0]");
  unknown("predators", "5.0", "\"feed*prey*predators - death*predators\"", "[0.0, 10.0]");
}

/// A state of which only the size is known.
void write_external_problem(CommentedToml& toml) {
  toml.section("problem");
  toml.set("name", "\"external\"", "only the solvers below know the equation; here u' = -u");
  toml.set("dimension", "1", "numbers of a state");
  toml.set("initial_state", "[1.0]", "a list, or a .csv or .npy file");
}

void write_time(CommentedToml& toml, const ProblemEntry& entry, const StartingPoint& point) {
  toml.section("time");
  double end = 1.0;
  if (point.begin) set(toml, "time", "begin", plain_toml_text(*point.begin));
  if (!point.end) end += entry.make(Parameters(entry.parameters))->default_begin();
  set(toml, "time", "end", plain_toml_text(point.end.value_or(end)));
  set(toml, "time", "slices", std::to_string(point.slices));
}

void write_solver(CommentedToml& toml, const std::string& section, const std::string& role, const SolverLines& lines) {
  toml.section(section);
  toml.remark(role);
  constexpr std::size_t longest = 60;  // that has a comment beside it
  for (const auto& [key, value] : lines) {
    toml.set(key, value, value.size() <= longest ? meaning(keys_of(section), key) : "");
  }
}

}  // namespace

std::string starting_configuration(const ProblemEntry& entry, const StartingPoint& point, const std::string& file) {
  CommentedToml toml;
  toml.remark(entry.name + ": " + entry.equation);
  toml.remark("");
  toml.remark("Try:");
  toml.remark("  forerun run " + file + " --reference");
  toml.remark("  forerun compare " + file);
  toml.remark("`forerun config show " + file + "` shows all keys with their values, `forerun list` what they mean.");
  if (entry.open) {
    write_own_equation(toml);
  } else if (&entry == &external_problem()) {
    write_external_problem(toml);
  } else {
    write_problem(toml, entry, point);
  }
  write_time(toml, entry, point);
  write_solver(toml, "fine", "The solver whose answer is wanted, on one slice.", point.fine);
  write_solver(toml, "coarse", "The solver that runs ahead: as cheap as can be, and stable.", point.coarse);
  toml.section("parareal");
  set(toml, "parareal", "tolerance", plain_toml_text(point.tolerance));
  toml.section("corrector");
  toml.set("name", plain_toml_text(point.corrector), "what is learned of fine minus coarse; \"classic\": nothing");
  toml.section("run");
  set(toml, "run", "threads", "0");
  set(toml, "run", "seed", "1");
  return toml.str();
}

}  // namespace forerun
