#include "apps/forerun/record/provenance.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "core/files/digest.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using testing::content_of;
using testing::forerun_with;
using testing::small_config;
using testing::TemporaryDirectory;

TEST(Provenance, DigestIsXxh3Of128BitsInHexadecimal) {
  EXPECT_EQ(digest(""), "99aa06d3014798d86001c324468d497f") << "the published value for no input";
  EXPECT_NE(digest("a"), digest("b"));
}

TEST(Provenance, NamesBuildMachineCommandAndWhatWasRead) {
  const TemporaryDirectory directory;
  const std::string config = directory.write("small.toml", small_config);
  const std::vector<std::string> words = {"run", config, "--out", directory / "out", "--seed", "3"};
  ASSERT_EQ(forerun_with(words).status, ExitStatus::ok);
  const auto json = nlohmann::json::parse(content_of(directory / "out/provenance.json"));
  EXPECT_EQ(json.at("command"), words);
  EXPECT_EQ(json.at("seed"), 3);
  EXPECT_EQ(json.at("executor").at("threads"), 1);
  EXPECT_EQ(json.at("configuration").at("xxh3_128"), digest(small_config));
  EXPECT_TRUE(json.at("initial_state").is_null());
  for (const char* key : {"compiler", "flags", "type"}) EXPECT_TRUE(json.at("build").at(key).is_string()) << key;
  EXPECT_FALSE(json.at("revision").get<std::string>().empty());
  for (const char* library : {"Eigen", "oneTBB", "xxHash", "spdlog", "cxxopts", "nlohmann-json", "toml++"}) {
    EXPECT_THAT(json.at("libraries").at(library).get<std::string>(), ::testing::MatchesRegex("[0-9]+\\.[0-9.]+"))
        << library;
  }
  EXPECT_FALSE(json.at("machine").at("cpu").get<std::string>().empty());
}

}  // namespace
}  // namespace forerun
