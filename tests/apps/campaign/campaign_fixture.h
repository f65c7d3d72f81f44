#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/apps/cli.h"

namespace forerun::testing {

/// Coarse enough for many iterations, small enough for a tenth of a second a run.
inline constexpr const char* small_campaign = R"([problem]
name = "burgers"
points = 24
[time]
end = 3.0
slices = 32
[fine]
method = "rk4"
steps = 16
[coarse]
method = "rk1"
steps = 1
[parareal]
tolerance = 5e-7
[corrector]
name = "randnet"
neurons = 200
[campaign]
runs = 12
[lowest]
phase = 0.0
viscosity = 0.02
[highest]
phase = 1.0
viscosity = 0.04
[network]
stencil = 4
neurons = 60
degree = 2
samples_per_run = 1000
[run]
threads = 1
)";

class CampaignCommand : public ::testing::Test {
 protected:
  Outcome run(const std::string& out, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {"campaign", file_, "--out", directory_ / out, "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    return forerun_with(words);
  }
  nlohmann::json record(const std::string& out) const {
    return nlohmann::json::parse(content_of(directory_ / (out + "/campaign.json")));
  }

  /// The rows without what depends on the clock.
  static std::vector<nlohmann::json> results(const nlohmann::json& record) {
    std::vector<nlohmann::json> rows;
    for (nlohmann::json row : record.at("runs")) {
      row.erase("seconds");
      row.erase("serial_seconds");
      row.erase("fit_seconds");
      rows.push_back(row);
    }
    return rows;
  }

  TemporaryDirectory directory_;
  std::string file_ = directory_.write("small.toml", small_campaign);
};

}  // namespace forerun::testing
