#include "apps/forerun/list/catalogue.h"

#include <algorithm>

#include "apps/forerun/campaign/campaign_config.h"
#include "apps/forerun/config/config.h"
#include "apps/forerun/config/method.h"
#include "apps/forerun/list/sources.h"
#include "learning/training/corrector_registry.h"
#include "solvers/equations/problem_registry.h"
#include "solvers/external/external_problem.h"
#include "solvers/integrators/networks/operator_entry.h"

namespace forerun {
namespace {

CatalogueGroup sections(std::string kind, std::string heading, const std::vector<ConfigSection>& all) {
  CatalogueGroup group{std::move(kind), std::move(heading), {}};
  for (const ConfigSection& section : all) {
    group.entries.push_back({section.name, section.description, section.keys, section.required});
    // Needed but for 'boundaries', which takes the place of both and says so.
    if (section.name == "time") group.entries.back().required = {"end", "slices"};
  }
  return group;
}

CatalogueGroup methods() {
  CatalogueGroup group{"method", "Methods", {}};
  for (const MethodEntry& entry : method_registry()) {
    group.entries.push_back({entry.name, entry.description, entry.parameters, {}, false, source_of(entry.name)});
  }
  return group;
}

/// Equations, and what is not one.
CatalogueGroup problems() {
  CatalogueGroup group{"problem", "Problems", {}};
  const auto add = [&](const ProblemEntry& entry) {
    const bool is_open = entry.open.has_value();
    group.entries.push_back({entry.name,
                             entry.equation,
                             is_open ? entry.open->patterns : entry.parameters,
                             {},
                             is_open,
                             source_of(entry.name)});
  };
  for (const ProblemEntry& entry : problem_registry()) add(entry);
  add(external_problem());
  return group;
}

std::string order_text(const IntegratorEntry& entry) {
  if (entry.order > 0) return "order " + std::to_string(entry.order);
  return entry.adaptive ? "exact but for its tolerance" : "no order in its steps";
}

std::string stages_text(int stages) {
  if (stages == 0) return "stages as needed";
  return std::to_string(stages) + (stages == 1 ? " stage" : " stages");
}

std::string needs_text(IntegratorNeeds needs) {
  return needs == IntegratorNeeds::nothing || needs == IntegratorNeeds::jacobian ? "" : ", needs " + to_string(needs);
}

CatalogueGroup integrators() {
  CatalogueGroup group{"integrator", "Integrators", {}};
  const auto add = [&](const IntegratorEntry& entry, const std::string& description) {
    group.entries.push_back({entry.name, description, entry.keys, {}, false, source_of(entry.name)});
  };
  for (const IntegratorEntry& entry : integrator_registry()) {
    add(entry, order_text(entry) + ", " + stages_text(entry.stages) + ", " + to_string(entry.stability) +
                   needs_text(entry.needs) + "; " + entry.description);
  }
  add(operator_entry(), "in [coarse] alone; " + operator_entry().description);
  return group;
}

CatalogueGroup corrector_group() {
  CatalogueGroup group{"corrector", "Correctors", {}};
  for (const CorrectorEntry& entry : corrector_registry()) {
    group.entries.push_back({entry.name, entry.description, entry.parameters, {}, false, source_of(entry.name)});
  }
  return group;
}

}  // namespace

const std::vector<CatalogueGroup>& catalogue() {
  static const std::vector<CatalogueGroup> all = {
      sections("section", "Sections of a configuration", config_sections()),
      sections("campaign section", "Sections that campaigns have besides", campaign_sections()),
      methods(),
      problems(),
      integrators(),
      corrector_group()};
  return all;
}

std::vector<CatalogueGroup> entries_called(const std::string& name) {
  std::vector<CatalogueGroup> found;
  std::vector<std::string> names;
  for (const CatalogueGroup& group : catalogue()) {
    CatalogueGroup of_name{group.kind, group.heading, {}};
    for (const CatalogueEntry& entry : group.entries) {
      names.push_back(entry.name);
      if (entry.name == name) of_name.entries.push_back(entry);
    }
    if (!of_name.entries.empty()) found.push_back(std::move(of_name));
  }
  if (!found.empty()) return found;
  const std::string nearest = nearest_name(name, names);
  throw ParameterError(
      "name", "nothing is called '" + name + "'" +
                  (nearest.empty() ? "; `forerun list` shows all names" : ": did you mean '" + nearest + "'?"));
}

}  // namespace forerun
