#include <nlohmann/json.hpp>

#include "apps/forerun/cli/command.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/config.h"
#include "apps/forerun/config/method.h"
#include "learning/training/corrector_registry.h"
#include "solvers/equations/problem_registry.h"
#include "solvers/external/external_problem.h"

namespace forerun {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* details =
    R"(Prints what a configuration may contain: its sections and keys, and the methods, problems, integrators and correctors
that can be named, each with its parameters, their defaults, rules and units.

Examples:
  forerun list
  forerun list --json | jq '.problems[].name'
)";

/// "steps = 1 (an integer ≥ 1) steps of equal length per slice"
std::string key_text(const ParameterSpec& spec, bool required, bool is_pattern) {
  std::string text = "    " + spec.name;
  const bool has_default = !is_pattern && spec.default_value != ParameterValue(std::string());
  text += required ? " (required, " : has_default ? " = " + toml_text(spec.default_value) + " (" : " (optional, ";
  text += spec.rule() + (spec.unit.empty() ? "" : ", in " + spec.unit) + ")";
  return text + "\n        " + spec.description + "\n";
}

std::string keys_text(const std::vector<ParameterSpec>& specs, const std::vector<std::string>& required = {},
                      bool are_patterns = false) {
  std::string text;
  for (const ParameterSpec& spec : specs) {
    const bool must_be_given = std::find(required.begin(), required.end(), spec.name) != required.end();
    text += key_text(spec, must_be_given, are_patterns);
  }
  return text;
}

const std::vector<ParameterSpec>& documented_keys(const ProblemEntry& entry) {
  return entry.open ? entry.open->patterns : entry.parameters;
}

/// Equations and what is not one.
std::vector<const ProblemEntry*> all_problems() {
  std::vector<const ProblemEntry*> all;
  for (const ProblemEntry& entry : problem_registry()) all.push_back(&entry);
  all.push_back(&external_problem());
  return all;
}

std::string order_text(int order) {
  return order == 0 ? "exact but for its tolerance" : "order " + std::to_string(order);
}

std::string stages_text(int stages) {
  if (stages == 0) return "stages as needed";
  return std::to_string(stages) + (stages == 1 ? " stage" : " stages");
}

std::string needs_text(IntegratorNeeds needs) {
  return needs == IntegratorNeeds::nothing || needs == IntegratorNeeds::jacobian ? "" : ", needs " + to_string(needs);
}

std::string list_text() {
  std::string text = "Sections of a configuration\n\n";
  for (const ConfigSection& section : config_sections()) {
    text += "  [" + section.name + "]  " + section.description + "\n" + keys_text(section.keys, section.required);
  }
  text += "\nMethods\n\n";
  for (const MethodEntry& entry : method_registry()) {
    text += "  " + entry.name + ": " + entry.description + "\n" + keys_text(entry.parameters);
  }
  text += "\nProblems\n\n";
  for (const ProblemEntry* entry : all_problems()) {
    text += "  " + entry->name + ": " + entry->equation + "\n" +
            keys_text(documented_keys(*entry), {}, entry->open.has_value());
  }
  text += "\nIntegrators\n\n";
  for (const IntegratorEntry& entry : integrator_registry()) {
    text += "  " + entry.name + ": " + order_text(entry.order) + ", " + stages_text(entry.stages) + ", " +
            to_string(entry.stability) + needs_text(entry.needs) + "; " + entry.description + "\n" +
            keys_text(entry.keys);
  }
  text += "\nCorrectors\n\n";
  for (const CorrectorEntry& entry : corrector_registry()) {
    text += "  " + entry.name + ": " + entry.description + "\n" + keys_text(entry.parameters);
  }
  return text;
}

Json specs_json(const std::vector<ParameterSpec>& specs) {
  Json array = Json::array();
  for (const ParameterSpec& spec : specs) {
    Json json = {{"name", spec.name}};
    std::visit([&](const auto& value) { json["default"] = value; }, spec.default_value);
    json["rule"] = spec.rule();
    json["unit"] = spec.unit;
    json["description"] = spec.description;
    array.push_back(std::move(json));
  }
  return array;
}

Json list_json() {
  Json json = {{"schema", "forerun.list/1"}};
  json["sections"] = Json::array();
  for (const ConfigSection& section : config_sections()) {
    json["sections"].push_back({{"name", section.name},
                                {"description", section.description},
                                {"keys", specs_json(section.keys)},
                                {"required", section.required}});
  }
  json["methods"] = Json::array();
  for (const MethodEntry& entry : method_registry()) {
    json["methods"].push_back(
        {{"name", entry.name}, {"description", entry.description}, {"options", specs_json(entry.parameters)}});
  }
  json["problems"] = Json::array();
  for (const ProblemEntry* entry : all_problems()) {
    json["problems"].push_back(
        {{"name", entry->name}, {"equation", entry->equation}, {"parameters", specs_json(documented_keys(*entry))}});
  }
  json["integrators"] = Json::array();
  for (const IntegratorEntry& entry : integrator_registry()) {
    json["integrators"].push_back({{"name", entry.name},
                                   {"order", entry.order},
                                   {"stages", entry.stages},
                                   {"adaptive", entry.adaptive},
                                   {"stability", to_string(entry.stability)},
                                   {"needs", to_string(entry.needs)},
                                   {"keys", specs_json(entry.keys)},
                                   {"description", entry.description}});
  }
  json["correctors"] = Json::array();
  for (const CorrectorEntry& entry : corrector_registry()) {
    json["correctors"].push_back(
        {{"name", entry.name}, {"description", entry.description}, {"options", specs_json(entry.parameters)}});
  }
  return json;
}

ExitStatus run(const ParsedOptions& options, const std::vector<std::string>& /*words*/, const Console& console) {
  if (!options.arguments().empty()) throw UsageError("list takes no '" + options.arguments().front() + "'");
  if (options.has("json")) {
    console.out << list_json().dump(2) << "\n";
  } else {
    console.out << list_text();
  }
  return ExitStatus::ok;
}

}  // namespace

Command list_command() {
  return {"list",
          "",
          "Show the keys of configurations, methods, problems, integrators and correctors",
          details,
          {{"json", "", "as JSON"}},
          run};
}

}  // namespace forerun
