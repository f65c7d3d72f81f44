#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/apps/cli.h"

namespace forerun {
namespace {

using testing::content_of;
using testing::forerun_with;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::small_config;
using testing::TemporaryDirectory;
using Json = nlohmann::json;

class WarmStartByFile : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const Outcome outcome = run({"--save-model", model_});
    ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
    cold_ = Json::parse(outcome.out).at("runs").at(0);
  }

  Outcome run(const std::vector<std::string>& more) const {
    std::vector<std::string> words = {
        "run", config_, "--json", "-", "--reference", "--set", "corrector.name=" + GetParam()};
    words.insert(words.end(), more.begin(), more.end());
    return forerun_with(words);
  }

  TemporaryDirectory directory_;
  std::string config_ = directory_.write("small.toml", small_config);
  std::string model_ = directory_ / "m.safetensors";
  Json cold_;
};

TEST_P(WarmStartByFile, NeedsAtMostTwoSweepsForTheSameProblemAndGivesTheSameAnswer) {
  const Outcome outcome = run({"--model", model_});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const Json warm = Json::parse(outcome.out).at("runs").at(0);
  EXPECT_LE(warm.at("iterations").get<int>(), 2);
  EXPECT_LT(warm.at("iterations").get<int>(), cold_.at("iterations").get<int>());
  EXPECT_LE(warm.at("max_error").get<double>(), 1e-6);
  EXPECT_EQ(warm.at("warm_start").at("model"), model_);
  EXPECT_TRUE(warm.at("warm_start").at("transfer").empty());
}

TEST_P(WarmStartByFile, SaysWhatIsTransferOnStandardErrorAndInTheRecord) {
  const Outcome outcome = run({"--model", model_, "--set", "problem.viscosity=0.0505"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("viscosity"));
  const Json warm = Json::parse(outcome.out).at("runs").at(0);
  ASSERT_EQ(warm.at("warm_start").at("transfer").size(), 1U);
  EXPECT_THAT(warm.at("warm_start").at("transfer").at(0).get<std::string>(), HasSubstr("viscosity"));
  EXPECT_LE(warm.at("max_error").get<double>(), 1e-6);
}

TEST_P(WarmStartByFile, OfAnotherEquationOrDimensionIsRefused) {
  const Outcome dimension = run({"--model", model_, "--set", "problem.points=17"});
  EXPECT_EQ(dimension.status, ExitStatus::bad_model);
  EXPECT_THAT(dimension.err, HasSubstr(model_));
  const Outcome equation = forerun_with({"run", testing::data_config("lorenz"), "--model", model_});
  EXPECT_EQ(equation.status, ExitStatus::bad_model);
}

TEST_P(WarmStartByFile, OfAnotherCorrectorIsRefused) {
  const std::string other = GetParam() == "randnet" ? "randnet-local" : "randnet";
  const Outcome outcome = forerun_with({"run", config_, "--set", "corrector.name=" + other, "--model", model_});
  EXPECT_EQ(outcome.status, ExitStatus::usage);
  EXPECT_THAT(outcome.err, HasSubstr("was learned by '" + GetParam() + "'"));
}

TEST_P(WarmStartByFile, InACompareServesTheCorrectorOfItsKindOnly) {
  const Outcome outcome = forerun_with({"compare", config_, "--model", model_, "--json", "-", "--quiet"});
  const Json json = Json::parse(outcome.out);
  for (const Json& one : json.at("runs")) {
    EXPECT_EQ(one.at("warm_start").is_null(), one.at("corrector") != GetParam()) << one.at("corrector");
  }
}

TEST_P(WarmStartByFile, ADamagedModelIsRefused) {
  std::string bytes = content_of(model_);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  directory_.write("damaged.safetensors", bytes);
  EXPECT_EQ(run({"--model", directory_ / "damaged.safetensors"}).status, ExitStatus::bad_model);
}

TEST_P(WarmStartByFile, InspectShowsWhoLearnedItAndWhere) {
  const Outcome text = forerun_with({"inspect", model_});
  EXPECT_EQ(text.status, ExitStatus::ok);
  EXPECT_THAT(text.out, HasSubstr(GetParam()));
  EXPECT_THAT(text.out, HasSubstr("burgers"));
  const Json json = Json::parse(forerun_with({"inspect", model_, "--json"}).out);
  EXPECT_EQ(json.at("model").at("corrector"), GetParam());
  EXPECT_EQ(json.at("learned on").at("dimension"), 16);
  EXPECT_GT(json.at("harvest").at("samples").get<int>(), 0);
}

INSTANTIATE_TEST_SUITE_P(Learners, WarmStartByFile, ::testing::Values("randnet", "randnet-local"),
                         [](const auto& tested) { return tested.param == "randnet" ? "Randnet" : "RandnetLocal"; });

}  // namespace
}  // namespace forerun
