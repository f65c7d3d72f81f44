#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/forerun/campaign/campaign.h"
#include "apps/forerun/record/verdict.h"

namespace forerun {

/// A row a run, numbers printed to read back exactly.
std::string campaign_csv(const CampaignConfig& config, const std::vector<CampaignRow>& rows);
/// What `campaign_csv` wrote; throws `FileError` with file and line for anything else.
std::vector<CampaignRow> read_campaign_csv(const std::filesystem::path& file, const CampaignConfig& config);

/// The campaign's runs and its fits against serial stepping of the same draws, as measured, and what the store is
/// worth. No value where no draw was solved serially.
std::optional<Verdict> campaign_verdict(const std::vector<CampaignRow>& rows);

/// A line a run, then what the campaign shows: mean K cold and with the store over the last third of the held-out runs.
std::string campaign_table(const CampaignConfig& config, const std::vector<CampaignRow>& rows);
/// The same as JSON, schema "forerun.campaign/1".
std::string campaign_json(const CampaignConfig& config, const std::vector<CampaignRow>& rows);

}  // namespace forerun
