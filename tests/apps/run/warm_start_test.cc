#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "learning/files/model_file.h"
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

TEST_P(WarmStartByFile, TheGuardStartsFromAnyModel) {
  const Outcome outcome = run({"--model", model_, "--set", "corrector.name=auto"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const Json warm = Json::parse(outcome.out).at("runs").at(0);
  EXPECT_LE(warm.at("iterations").get<int>(), 2);
  EXPECT_LE(warm.at("max_error").get<double>(), 1e-6);
}

TEST_P(WarmStartByFile, APoisonedModelIsOutvoted) {
  LearnedModel model = load_model(model_);
  model.readout *= -50.0;
  Harvest poisoned(model.harvest.dimension());
  poisoned.append(model.harvest.states(), -50.0 * model.harvest.discrepancies(), model.harvest.slices(),
                  model.harvest.iterations());
  model.harvest = std::move(poisoned);
  save_model(directory_ / "poisoned.safetensors", model);
  const Outcome outcome = run({"--model", directory_ / "poisoned.safetensors", "--set", "corrector.name=auto"});
  const Outcome plain = run({"--set", "corrector.name=classic"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const Json misled = Json::parse(outcome.out).at("runs").at(0), classic = Json::parse(plain.out).at("runs").at(0);
  EXPECT_LE(misled.at("iterations").get<int>(), classic.at("iterations").get<int>());
  EXPECT_LE(misled.at("max_error").get<double>(), 1e-6);
}

TEST_P(WarmStartByFile, OfAnotherCorrectorIsRefused) {
  const std::string other = GetParam() == "randnet" ? "randnet-local" : "randnet";
  const Outcome outcome = forerun_with({"run", config_, "--set", "corrector.name=" + other, "--model", model_});
  EXPECT_EQ(outcome.status, ExitStatus::usage);
  EXPECT_THAT(outcome.err, HasSubstr("was learned by '" + GetParam() + "'"));
}

TEST_P(WarmStartByFile, InACompareServesTheCorrectorOfItsKindAndTheGuard) {
  const Outcome outcome = forerun_with({"compare", config_, "--model", model_, "--json", "-", "--quiet"});
  const Json json = Json::parse(outcome.out);
  for (const Json& one : json.at("runs")) {
    const bool serves = one.at("corrector") == GetParam() || one.at("corrector") == "auto";
    EXPECT_EQ(one.at("warm_start").is_null(), !serves) << one.at("corrector");
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

TEST(WarmStartOfTheGuard, TheModelItSavesServesIt) {
  const TemporaryDirectory directory;
  const std::string config = directory.write("small.toml", small_config), model = directory / "m.safetensors";
  const auto run = [&](const std::string& option) {
    return forerun_with({"run", config, "--set", "corrector.name=auto", "--json", "-", option, model});
  };
  ASSERT_EQ(run("--save-model").status, ExitStatus::ok);
  const Outcome outcome = run("--model");
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  EXPECT_LE(Json::parse(outcome.out).at("runs").at(0).at("iterations").get<int>(), 2);

  LearnedModel bare = load_model(model);
  bare.options.clear();
  save_model(model, bare);
  const Outcome refused = run("--model");
  EXPECT_EQ(refused.status, ExitStatus::bad_model);
  EXPECT_THAT(refused.err, HasSubstr("option"));
}

INSTANTIATE_TEST_SUITE_P(Learners, WarmStartByFile, ::testing::Values("randnet", "randnet-local", "kriging"),
                         [](const auto& tested) {
                           std::string name = tested.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace forerun
