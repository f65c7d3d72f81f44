#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace forerun {

/// One run of a campaign. What was not measured is missing.
struct ReportedCampaignRun {
  std::vector<double> parameters;
  double iterations = 0.0;
  std::optional<double> cold_iterations;  ///< of the same draw without the store
  std::optional<double> max_error;
  bool converged = false;
  std::string prior;
  double seconds = 0.0;
  double fit_seconds = 0.0;
  double store_bytes = 0.0;
};

/// A campaign's directory as it was found on disk, checked.
struct ReportedCampaign {
  std::string settings;  ///< text of campaign.toml
  std::vector<std::string> parameters;
  std::vector<ReportedCampaignRun> runs;
  std::vector<std::string> verdict;  ///< its sentences; empty: none
  bool has_won = false;              ///< against serial stepping
  double num_last = 0.0;             ///< held-out runs the means are of
  std::optional<double> mean_cold;
  std::optional<double> mean_warm;
};

/// True for a directory that a campaign has made.
bool is_campaign_directory(const std::filesystem::path& directory);

/// Reads its campaign.toml and campaign.json (schema "forerun.campaign/1"), trusting neither; throws `FileError`.
ReportedCampaign read_campaign_directory(const std::filesystem::path& directory);

/// The report of a campaign as one HTML page: iterations by run, warm and cold, fitting time, store, all runs.
std::string campaign_html(const ReportedCampaign& campaign);

}  // namespace forerun
