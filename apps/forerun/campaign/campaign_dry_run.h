#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "apps/forerun/campaign/campaign.h"

namespace forerun {

/// What `forerun campaign` is asked to do.
struct CampaignRequest {
  CampaignConfig config;
  std::filesystem::path out;        ///< empty in a dry run that names none
  std::filesystem::path store;      ///< likewise
  std::optional<std::string> json;  ///< a file, or "-" for standard output
  bool quiet = false;
};

/// What a campaign of which `num_done` runs are finished would do: problem, sizes, memory, files. Nothing is solved or
/// written. Throws `UsageError`, `FileError` and `ModelFileError` for what the campaign itself would be refused for.
std::string campaign_dry_run_text(const CampaignRequest& request, Index num_done);

}  // namespace forerun
