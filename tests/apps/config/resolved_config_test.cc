#include "apps/forerun/config/resolved_config.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "apps/forerun/campaign/campaign_config.h"
#include "apps/forerun/config/config.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using testing::data_config;
using testing::forerun_with;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::small_config;
using testing::TemporaryDirectory;

using Json = nlohmann::json;

std::string resolved_text(const ConfigDocument& document) {
  if (is_campaign(document)) return read_campaign_config(document).resolved;
  const RunConfig config = read_config(document);
  const auto file = config.initial_state;
  return to_toml(config, file ? std::optional(std::filesystem::absolute(*file).lexically_normal()) : std::nullopt);
}

class ShownConfiguration : public ::testing::TestWithParam<std::string> {};

std::vector<std::string> shipped_files() {
  std::vector<std::string> files;
  for (const std::string folder : {"/data/configs", "/data/campaigns"}) {
    for (const auto& entry : std::filesystem::directory_iterator(FORERUN_SOURCE_DIR + folder)) {
      files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST_P(ShownConfiguration, ReadsBackAsTheSame) {
  const Outcome outcome = forerun_with({"config", "show", GetParam()});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const ConfigDocument shown = ConfigDocument::parse(outcome.out, "/elsewhere/shown.toml");
  EXPECT_EQ(resolved_text(shown), resolved_text(ConfigDocument::read(GetParam())));
}

INSTANTIATE_TEST_SUITE_P(Data, ShownConfiguration, ::testing::ValuesIn(shipped_files()), [](const auto& tested) {
  const std::filesystem::path path = tested.param;
  return path.parent_path().stem().string() + "_" + path.stem().string();
});

class ConfigShow : public ::testing::Test {
 protected:
  /// "file", "option", … of a key.
  Json origin(const std::vector<std::string>& words, const std::string& section, const std::string& key) const {
    std::vector<std::string> all = {"config", "show"};
    all.insert(all.end(), words.begin(), words.end());
    all.push_back("--json");
    const Outcome outcome = forerun_with(all);
    EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
    const Json json = Json::parse(outcome.out);
    for (const Json& setting : json.at("settings")) {
      if (setting.at("section") == section && setting.at("key") == key) return setting.at("origin");
    }
    return nullptr;
  }

  TemporaryDirectory directory_;
  std::string config_ = directory_.write("small.toml", small_config);
};

TEST_F(ConfigShow, NamesTheLineTheOptionOrTheDefaultEachValueComesFrom) {
  const std::vector<std::string> words = {config_, "--set", "time.slices=4", "--seed", "7"};
  EXPECT_EQ(origin(words, "problem", "points"), (Json{{"kind", "file"}, {"place", config_ + ":3"}}));
  EXPECT_EQ(origin(words, "time", "slices"), (Json{{"kind", "option"}, {"place", "--set time.slices=4"}}));
  EXPECT_EQ(origin(words, "run", "seed"), (Json{{"kind", "option"}, {"place", "--seed 7"}}));
  EXPECT_EQ(origin(words, "time", "windows"), Json::object({{"kind", "default"}}));
}

TEST_F(ConfigShow, AValueThatFollowsFromAnotherKeySaysFromWhich) {
  const std::string file = directory_.write("strategy.toml", R"([problem]
name = "burgers"
points = 16
[time]
end = 1.0
slices = 4
[fine]
method = "rk4"
levels = [4, 16]
[coarse]
strategy = "bigger-step"
)");
  EXPECT_EQ(origin({file}, "coarse", "method"),
            (Json{{"kind", "derived"}, {"place", file + ":11"}, {"follows_from", "[coarse] strategy"}}));
  EXPECT_EQ(origin({file}, "fine", "steps"),
            (Json{{"kind", "derived"}, {"place", file + ":9"}, {"follows_from", "[fine] levels"}}));
}

TEST_F(ConfigShow, TheTextHasTheOriginsBehindTheValues) {
  const std::string text = forerun_with({"config", "show", config_, "--set", "time.slices=4"}).out;
  EXPECT_THAT(text, AllOf(HasSubstr("points = 16        # " + config_ + ":3\n"),
                          HasSubstr("slices = 4   # --set time.slices=4\n"), HasSubstr("windows = 1  # default\n")));
}

TEST_F(ConfigShow, SaysWhatIsLeftToTheRun) {
  const std::string text =
      forerun_with({"config", "show", data_config("lorenz"), "--set", "fine.levels=auto", "--set", "coarse.method=rk4"})
          .out;
  EXPECT_THAT(text, HasSubstr("# begin: the equation's own"));
}

TEST_F(ConfigShow, NamesFilesByAbsolutePaths) {
  directory_.write("u0.csv", "1.0, 2.0, 3.0\n");
  const std::string file = directory_.write("own.toml", R"([problem]
name = "lorenz"
initial_state = "u0.csv"
[time]
end = 1.0
slices = 4
[fine]
method = "rk4"
steps = 8
[coarse]
method = "rk1"
steps = 8
)");
  EXPECT_THAT(forerun_with({"config", "show", file}).out,
              HasSubstr("initial_state = \"" + (directory_ / "u0.csv") + "\"  # " + file + ":3\n"));
}

TEST_F(ConfigShow, AnOptionsLineEndsAreNoLineEndsOfTheText) {
  const Outcome outcome = forerun_with({"config", "show", config_, "--set", "fine.levels=[4,\n16]"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("levels = [4, 16]     # --set fine.levels=[4,\\x0a16]"));
  EXPECT_NO_THROW(ConfigDocument::parse(outcome.out, "shown"));
}

TEST_F(ConfigShow, RefusesWhatARunWouldRefuse) {
  const Outcome outcome = forerun_with({"config", "show", config_, "--set", "time.slices=0"});
  EXPECT_EQ(outcome.status, ExitStatus::usage);
  EXPECT_THAT(outcome.err, HasSubstr("--set time.slices=0: [time] slices = 0: must be"));
  EXPECT_THAT(forerun_with({"config", config_}).err, HasSubstr("must be `forerun config show CONFIG`"));
  EXPECT_EQ(forerun_with({"config", "show"}).status, ExitStatus::usage);
  EXPECT_EQ(forerun_with({"config", "show", config_, config_}).status, ExitStatus::usage);
}

}  // namespace
}  // namespace forerun
