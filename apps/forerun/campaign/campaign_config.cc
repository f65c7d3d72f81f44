#include "apps/forerun/campaign/campaign_config.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/method.h"
#include "learning/networks/operator_options.h"
#include "solvers/equations/problem_registry.h"

namespace forerun {
namespace {

constexpr std::int64_t kMostFlowCoordinates = 64;  ///< of a network whose features are functions of states

ParameterSpec campaign_integer_key(std::string name, std::int64_t value, double minimum, double maximum,
                                   std::string description) {
  return {std::move(name), value, std::move(description), minimum, maximum};
}

std::vector<ParameterSpec> campaign_keys() {
  constexpr double largest_seed = 9007199254740992.0;  // 2^53
  ParameterSpec sampling{"sampling", std::string("latin_hypercube"), "how the parameters are drawn"};
  sampling.choices = {"latin_hypercube", "grid", "file"};
  ParameterSpec held_out{"held_out", 1.0, "part of the runs that is solved cold as well, to compare with"};
  held_out.minimum = 0.0;
  held_out.maximum = 1.0;
  return {campaign_integer_key("concurrent", 1, 1, 1024, "runs executed at a time, all starting from the same store"),
          {"draws", std::string(), "for sampling = \"file\": a .csv with a column a parameter; relative to this file"},
          held_out,
          {"initial_states", std::string("problem"),
           "\"problem\": its own; \"box\": drawn from its bounds; else a .csv, a state a row, relative to this file"},
          campaign_integer_key("learned_runs", 0, 0, 1e6,
                               "runs that the network learns from, the first ones; 0: all of them"),
          campaign_integer_key("max_megabytes", 1000, 0, 1e9, "the store's limit; 0: none"),
          {"reference", true, "solve serially as well, for the error"},
          campaign_integer_key("runs", 30, 1, 1e6, "how many"),
          sampling,
          campaign_integer_key("seed", 1, 0, largest_seed, "of the draws")};
}

bool is_campaign_section(const std::string& name) {
  return name == "campaign" || name == "network" || name == "operator" || name == "lowest" || name == "highest";
}

Parameters read_campaign_section(const ConfigDocument& document, const std::string& section,
                                 std::vector<ParameterSpec> specs) {
  Parameters parameters(std::move(specs));
  for (const Setting& setting : document.settings()) {
    if (setting.section != section) continue;
    try {
      parameters.set(setting.key, setting.value);
    } catch (const ParameterError& error) {
      throw UsageError(setting.place + ": [" + section + "] " + error.what());
    }
  }
  return parameters;
}

/// The sections of a run; what is wrong in them is found where they are read.
ConfigDocument base_document(const ConfigDocument& document) {
  ConfigDocument base = ConfigDocument::parse("", document.file_name());
  for (const Setting& setting : document.settings()) {
    if (!is_campaign_section(setting.section)) base.set(setting);
  }
  return base;
}

double number_of(const Setting& setting) {
  if (const auto* number = std::get_if<double>(&setting.value)) return *number;
  if (const auto* integer = std::get_if<std::int64_t>(&setting.value)) return static_cast<double>(*integer);
  throw UsageError(setting.place + ": [" + setting.section + "] " + setting.key + " = " + toml_text(setting.value) +
                   ": must be a number");
}

/// Only numbers of the equation vary: not the number of points, which is what a state is.
void require_varying_number(const Setting& setting, const RunConfig& run) {
  std::vector<std::string> names;
  for (const ParameterSpec& spec : run.problem.parameters.specs()) {
    if (std::holds_alternative<double>(spec.default_value)) names.push_back(spec.name);
  }
  if (std::find(names.begin(), names.end(), setting.key) != names.end()) return;
  const std::string nearest = nearest_name(setting.key, names);
  throw UsageError(setting.place + ": [" + setting.section + "] " + setting.key + " is not a number that '" +
                   run.problem.name + "' depends on" + (nearest.empty() ? "" : ": did you mean " + nearest + "?"));
}

ParameterBox read_box(const ConfigDocument& document, const RunConfig& run) {
  std::vector<std::pair<double, double>> ranges;
  ParameterBox box;
  for (const Setting& setting : document.settings())
    if (setting.section == "lowest" || setting.section == "highest") require_varying_number(setting, run);
  for (const Setting& lowest : document.settings()) {
    if (lowest.section == "highest" && document.find("lowest", lowest.key) == nullptr)
      throw UsageError(lowest.place + ": [highest] " + lowest.key + ": must stand in [lowest] as well");
    if (lowest.section != "lowest") continue;
    const Setting* highest = document.find("highest", lowest.key);
    if (highest == nullptr)
      throw UsageError(lowest.place + ": [lowest] " + lowest.key + ": must stand in [highest] as well");
    const double lower = number_of(lowest), upper = number_of(*highest);
    if (!(upper - lower > 0.0 && upper - lower < std::numeric_limits<double>::infinity())) {
      throw UsageError(highest->place + ": [highest] " + lowest.key + " = " + toml_text(highest->value) +
                       ": must be a number > its lowest, " + toml_text(lowest.value));
    }
    box.names.push_back(lowest.key);
    ranges.emplace_back(lower, upper);
  }
  box.lower.resize(static_cast<Index>(ranges.size()));
  box.upper.resize(static_cast<Index>(ranges.size()));
  for (std::size_t j = 0; j < ranges.size(); ++j)
    std::tie(box.lower[static_cast<Index>(j)], box.upper[static_cast<Index>(j)]) = ranges[j];
  return box;
}

void check_operator(const ConfigDocument& document, const Parameters& network, const OdeProblem& problem) {
  try {
    OperatorOptions::from_parameters(network).kind_for(problem.layout());
  } catch (const ParameterError& error) {
    throw UsageError(place_of(document, "operator", error.name()) + ": [operator] " + error.what());
  }
  if (network.text("kind") != "pinn") return;
  if (problem.jacobian() == nullptr) {
    throw UsageError(place_of(document, "operator", "kind") +
                     ": [operator] kind = \"pinn\": must have an equation whose derivatives are known, of '" +
                     problem.name() + "' they are not");
  }
  if (problem.is_affine() || network.integer("modes") <= kMostFlowCoordinates) return;
  throw UsageError(place_of(document, "operator", "modes") +
                   ": [operator] modes = " + std::to_string(network.integer("modes")) + ": must be at most " +
                   std::to_string(kMostFlowCoordinates) + " for a pinn of '" + problem.name() +
                   "', which is not linear");
}

std::string section_text(const std::string& name, const Parameters& parameters) {
  std::string text = "\n[" + name + "]\n";
  for (const ParameterSpec& spec : parameters.specs())
    text += spec.name + " = " + toml_text(parameters.value(spec.name)) + "\n";
  return text;
}

/// The same of a section that most campaigns leave out.
std::string own_text(const std::string& name, const Parameters& parameters) {
  const auto& specs = parameters.specs();
  const bool is_given =
      std::any_of(specs.begin(), specs.end(), [&](const auto& s) { return parameters.is_set(s.name); });
  return is_given ? section_text(name, parameters) : "";
}

std::string box_text(const std::string& name, const ParameterBox& box, const State& values) {
  std::string text = box.size() > 0 ? "\n[" + name + "]\n" : "";
  for (Index j = 0; j < box.size(); ++j)
    text += box.names[static_cast<std::size_t>(j)] + " = " + toml_text(ParameterValue(values[j])) + "\n";
  return text;
}

}  // namespace

bool is_campaign(const ConfigDocument& document) {
  const auto& sections = document.sections();
  const auto& settings = document.settings();
  return std::any_of(sections.begin(), sections.end(), is_campaign_section) ||
         std::any_of(settings.begin(), settings.end(), [](const Setting& s) { return is_campaign_section(s.section); });
}

std::vector<ConfigSection> campaign_sections() {
  return {{"campaign", "a family of runs: how many, how drawn, what is compared", campaign_keys(), {}},
          {"network", "the network that is fitted to all of its runs", FamilyOptions::parameter_specs(), {}},
          {"operator",
           "the network that `forerun train` makes of its runs' fine solutions, a coarse solver",
           OperatorOptions::parameter_specs(),
           {}},
          {"lowest", "the smallest value of each of the equation's parameters that vary", {}, {}},
          {"highest", "their largest values", {}, {}}};
}

CampaignConfig read_campaign_config(const ConfigDocument& document) {
  CampaignConfig config;
  config.base = base_document(document);
  const RunConfig run = read_config(config.base);
  require_parareal(config.base, run, "campaigns learn corrections of it");
  config.campaign = read_campaign_section(document, "campaign", campaign_keys());
  config.network = read_campaign_section(document, "network", FamilyOptions::parameter_specs());
  config.operator_network = read_campaign_section(document, "operator", OperatorOptions::parameter_specs());
  if (config.network.text("kind") == "auto") {
    config.network.set("kind", std::string(run.corrector.name == "stencil" ? "stencil" : "patches"));
  }
  const auto problem = find_problem(run.problem.name).make(run.problem.parameters);
  check_network(document, config.network, *problem);
  check_operator(document, config.operator_network, *problem);
  config.box = read_box(document, run);
  const auto place = [&](const std::string& key) {
    return place_of(document, "campaign", key) + ": [campaign] " + key;
  };
  const auto directory = std::filesystem::path(document.file_name()).parent_path();
  const bool from_file = config.campaign.text("sampling") == "file";
  const std::string draws = config.campaign.text("draws"), states = config.campaign.text("initial_states");
  if (from_file && draws.empty()) throw UsageError(place("draws") + ": must name a .csv where sampling = \"file\"");
  if (from_file) config.draws_file = directory / draws;
  if (states != "problem" && states != "box") config.states_file = directory / states;
  if (config.box.size() == 0 && states == "problem") {
    throw UsageError(document.file_name() +
                     ": nothing varies: give [lowest] and [highest], or [campaign] initial_states");
  }
  config.resolved = to_toml(run, run.initial_state) + section_text("campaign", config.campaign) +
                    section_text("network", config.network) + own_text("operator", config.operator_network) +
                    box_text("lowest", config.box, config.box.lower) +
                    box_text("highest", config.box, config.box.upper);
  return config;
}

void check_network(const ConfigDocument& document, const Parameters& network, const OdeProblem& problem) {
  if (network.text("kind") == "stencil" && problem.layout().axes.empty()) {
    throw UsageError(place_of(document, "network", "kind") +
                     ": [network] kind = \"stencil\": must have an equation on a mesh, '" + problem.name() +
                     "' is none");
  }
  const Index dimension = problem.dimension();
  const std::int64_t stencil = network.integer("stencil"), largest = (dimension - 1) / 2;
  if (stencil <= largest) return;
  throw UsageError(place_of(document, "network", "stencil") + ": [network] stencil = " + std::to_string(stencil) +
                   ": must be an integer ≤ " + std::to_string(largest) + ", since a state has " +
                   std::to_string(dimension) + " components");
}

std::map<std::string, std::string> network_texts(const Parameters& network) {
  std::map<std::string, std::string> texts;
  for (const ParameterSpec& spec : network.specs()) texts[spec.name] = toml_text(network.value(spec.name));
  return texts;
}

ConfigDocument run_document(const CampaignConfig& config, const Draw& draw) {
  ConfigDocument document = config.base;
  for (Index j = 0; j < config.box.size(); ++j) {
    const std::string& name = config.box.names[static_cast<std::size_t>(j)];
    document.set({"problem", name, draw.parameters[j], "drawn " + name});
  }
  if (config.campaign.integer("concurrent") > 1) document.set({"run", "threads", std::int64_t{1}, "concurrent"});
  return document;
}

}  // namespace forerun
