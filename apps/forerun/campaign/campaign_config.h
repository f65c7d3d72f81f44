#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "apps/forerun/config/config.h"
#include "apps/forerun/config/config_document.h"
#include "core/base/state.h"
#include "learning/family/family_network.h"
#include "solvers/equations/ode_problem.h"

namespace forerun {

/// What a campaign is made of, every value checked against its rule. Its file is a run's configuration with five
/// sections more: [campaign], [network], [operator], and the ranges of the parameters that vary, [lowest] and
/// [highest].
struct CampaignConfig {
  ConfigDocument base;                ///< the run's configuration, with the overrides of the command line
  std::string resolved;               ///< the whole campaign as TOML that reads back, defaults included
  Parameters campaign;                ///< [campaign]
  Parameters network;                 ///< [network]
  Parameters operator_network;        ///< [operator], which `forerun train` reads
  ParameterBox box;                   ///< [lowest] and [highest]
  std::filesystem::path draws_file;   ///< for sampling = "file"
  std::filesystem::path states_file;  ///< for initial_states that are listed

  Index num_runs() const { return campaign.integer("runs"); }
};

/// Whether some section is one that only campaigns have.
bool is_campaign(const ConfigDocument& document);

/// What a campaign's file may have beside a run's sections; [lowest] and [highest] have the equation's keys.
std::vector<ConfigSection> campaign_sections();

/// Throws `UsageError` with place, value and rule.
CampaignConfig read_campaign_config(const ConfigDocument& document);

/// Throws `UsageError`, with its place in the document, where [network] does not go with the states of this problem.
void check_network(const ConfigDocument& document, const Parameters& network, const OdeProblem& problem);

/// [network] as a network's file keeps it.
std::map<std::string, std::string> network_texts(const Parameters& network);

/// One run of the family.
struct Draw {
  State parameters;              ///< in the order of the box
  std::optional<State> initial;  ///< where the initial state is not the problem's
};

/// The runs in their order. Initial states that are drawn lie within the problem's bounds; a component that is time
/// itself is `begin`. Deterministic: a function of the configuration. Throws `UsageError`, `FileError`.
std::vector<Draw> make_draws(const CampaignConfig& config, const OdeProblem& problem, double begin);

/// The configuration of one run.
ConfigDocument run_document(const CampaignConfig& config, const Draw& draw);

}  // namespace forerun
