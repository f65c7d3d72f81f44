#include <algorithm>
#include <nlohmann/json.hpp>

#include "apps/forerun/cli/command.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/config_document.h"
#include "apps/forerun/list/catalogue.h"
#include "solvers/integrators/integrator_registry.h"
#include "solvers/integrators/networks/operator_entry.h"

namespace forerun {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* list_details =
    R"(Prints what a configuration may contain: its sections and keys, and the methods, problems, integrators and correctors
that can be named, each with its parameters, their defaults, rules and units. With a name: what is called so, and where
it was published.

Examples:
  forerun list
  forerun list burgers
  forerun list campaign
  forerun list --json | jq '.problems[].name'

Exit status: 0 shown, 2 nothing is called so.
)";

/// "steps = 1 (an integer ≥ 1) steps of equal length per slice"
std::string key_text(const ParameterSpec& spec, bool required, bool is_pattern) {
  std::string text = "    " + spec.name;
  const bool has_default = !is_pattern && spec.default_value != ParameterValue(std::string());
  text += required ? " (required, " : has_default ? " = " + toml_text(spec.default_value) + " (" : " (optional, ";
  text += spec.rule() + (spec.unit.empty() ? "" : ", in " + spec.unit) + ")";
  return text + "\n        " + spec.description + "\n";
}

std::string entry_text(const CatalogueEntry& entry, bool is_section, bool with_source) {
  std::string text = is_section ? "  [" + entry.name + "]  " : "  " + entry.name + ": ";
  text += entry.description + "\n";
  for (const ParameterSpec& spec : entry.keys) {
    const bool must_be_given =
        std::find(entry.required.begin(), entry.required.end(), spec.name) != entry.required.end();
    text += key_text(spec, must_be_given, entry.keys_are_patterns);
  }
  if (with_source && !entry.source.empty()) text += "    Source: " + entry.source + "\n";
  return text;
}

bool holds_sections(const CatalogueGroup& group) { return group.kind.ends_with("section"); }

std::string how_named(const std::string& integrator) {
  if (integrator == operator_entry().name) return "[coarse] strategy = \"" + integrator + "\"";
  return "method = \"" + integrator + "\" in [fine] and [coarse]";
}

/// What a reader of one entry may want to do next.
std::string next_steps(const std::vector<CatalogueGroup>& groups) {
  std::string text;
  for (const CatalogueGroup& group : groups) {
    const std::string& name = group.entries.front().name;
    if (group.kind == "problem") text += "\n`forerun init " + name + "` writes a configuration for it.\n";
    if (group.kind == "corrector") text += "\nNamed by [corrector] name = \"" + name + "\".\n";
    if (group.kind == "method") text += "\nNamed by [method] name = \"" + name + "\".\n";
    if (group.kind == "integrator") text += "\nNamed by " + how_named(name) + ".\n";
  }
  return text;
}

std::string list_text(const std::vector<CatalogueGroup>& groups, bool with_sources) {
  std::string text;
  for (const CatalogueGroup& group : groups) {
    text += (text.empty() ? "" : "\n") + group.heading + "\n\n";
    for (const CatalogueEntry& entry : group.entries) text += entry_text(entry, holds_sections(group), with_sources);
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

/// What the members of a kind are called.
std::string keys_member(const CatalogueGroup& group) {
  if (group.kind == "problem") return "parameters";
  return holds_sections(group) || group.kind == "integrator" ? "keys" : "options";
}

Json entry_json(const CatalogueGroup& group, const CatalogueEntry& entry) {
  Json json = {{"name", entry.name}, {group.kind == "problem" ? "equation" : "description", entry.description}};
  if (group.kind == "integrator") {
    const IntegratorEntry& integrator = find_integrator(entry.name);
    json["order"] = integrator.order;
    json["stages"] = integrator.stages;
    json["adaptive"] = integrator.adaptive;
    json["stability"] = to_string(integrator.stability);
    json["needs"] = to_string(integrator.needs);
    json["description"] = integrator.description;
  }
  json[keys_member(group)] = specs_json(entry.keys);
  if (holds_sections(group)) {
    json["required"] = entry.required;
  } else {
    json["source"] = entry.source.empty() ? Json(nullptr) : Json(entry.source);
  }
  return json;
}

Json list_json(const std::vector<CatalogueGroup>& groups) {
  Json json = {{"schema", "forerun.list/1"}};
  for (const CatalogueGroup& group : groups) {
    std::string member = group.kind + "s";
    std::replace(member.begin(), member.end(), ' ', '_');
    json[member] = Json::array();
    for (const CatalogueEntry& entry : group.entries) json[member].push_back(entry_json(group, entry));
  }
  return json;
}

std::vector<CatalogueGroup> chosen(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return catalogue();
  if (arguments.size() > 1) throw UsageError("list takes one name, not " + std::to_string(arguments.size()));
  try {
    return entries_called(arguments.front());
  } catch (const ParameterError& error) {
    throw UsageError(std::string("list: ") + error.what());
  }
}

ExitStatus list_catalogue(const ParsedOptions& options, const std::vector<std::string>& /*words*/,
                          const Console& console) {
  const std::vector<CatalogueGroup> groups = chosen(options.arguments());
  const bool is_one = !options.arguments().empty();
  if (options.has("json")) {
    console.out << list_json(groups).dump(2) << "\n";
  } else {
    console.out << list_text(groups, is_one) << (is_one ? next_steps(groups) : "");
  }
  return ExitStatus::ok;
}

}  // namespace

Command list_command() {
  return {"list",
          "[NAME]",
          "Show the keys of configurations, methods, problems, integrators and correctors, or one of them",
          list_details,
          {{"json", "", "as JSON"}},
          list_catalogue};
}

}  // namespace forerun
