#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/apps/cli.h"

namespace forerun::testing {

/// Commands on one configuration, and the records that they leave.
class MethodRun : public ::testing::Test {
 protected:
  explicit MethodRun(const std::string& config) : config_(directory_.write("method.toml", config)) {}

  Outcome run(std::vector<std::string> words) const {
    words.insert(words.begin() + 1, config_);
    words.emplace_back("--quiet");
    return forerun_with(words);
  }
  static nlohmann::json record(const std::string& directory) {
    return nlohmann::json::parse(content_of(directory + "/record.json"));
  }

  TemporaryDirectory directory_;
  std::string config_;
};

}  // namespace forerun::testing
