#include <gmock/gmock.h>

#include <filesystem>
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

constexpr const char* burgers_on_an_interval = R"toml([problem]
name = "equations"
parameters = { nu = 0.05 }
[problem.mesh]
x = { from = 0.0, to = 2.0, points = 41, boundary = "periodic" }
[problem.u]
initial = "1 + 0.5*sin(pi*x) + 0.2*cos(2*pi*x)"
rhs = "nu*dxx(u) - u*dx(u)"
bounds = [0.0, 2.0]
[time]
end = 1.0
slices = 16
[fine]
method = "rk4"
steps = 16
[coarse]
method = "rk1"
steps = 3
[parareal]
tolerance = 1e-6
[corrector]
name = "stencil"
)toml";

/// A network that is shared over the mesh is a law of a neighbourhood: it serves a domain of another extent.
class WarmStartOfAStencil : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(run("41", "2.0", {"--save-model", model_}).status, ExitStatus::ok); }

  Outcome run(const std::string& points, const std::string& end, const std::vector<std::string>& more) const {
    std::vector<std::string> words = {"run",         config_, "--json",
                                      "-",           "--set", "problem.mesh.x.points=" + points,
                                      "--reference", "--set", "problem.mesh.x.to=" + end};
    words.insert(words.end(), more.begin(), more.end());
    return forerun_with(words);
  }
  static Json first_run(const Outcome& outcome) { return Json::parse(outcome.out).at("runs").at(0); }

  TemporaryDirectory directory_;
  std::string config_ = directory_.write("burgers.toml", burgers_on_an_interval);
  std::string model_ = directory_ / "m.safetensors";
};

TEST_F(WarmStartOfAStencil, ServesAnotherExtentOfTheMesh) {
  const Outcome cold = run("81", "4.0", {}), warm = run("81", "4.0", {"--model", model_});
  ASSERT_EQ(warm.status, ExitStatus::ok) << warm.err;
  EXPECT_LT(first_run(warm).at("iterations"), first_run(cold).at("iterations"));
  EXPECT_LT(first_run(warm).at("errors").at(0), 0.01 * first_run(cold).at("errors").at(0).get<double>());
  EXPECT_LE(first_run(warm).at("max_error").get<double>(), 1e-6);
  EXPECT_THAT(first_run(warm).at("warm_start").at("transfer").dump(), HasSubstr("mesh.x.to 2.0 there, 4.0 here"));
}

TEST_F(WarmStartOfAStencil, IsAFileOfKilobytesWithoutTheStatesThatItWasLearnedFrom) {
  const std::string again = directory_ / "again.safetensors";
  EXPECT_LT(std::filesystem::file_size(model_), 100'000U);
  ASSERT_EQ(run("41", "2.0", {"--model", model_, "--save-model", again}).status, ExitStatus::ok);
  EXPECT_EQ(std::filesystem::file_size(again), std::filesystem::file_size(model_))
      << "it does not grow from run to run";
  const Outcome warm = run("41", "2.0", {"--model", again});
  EXPECT_LT(first_run(warm).at("iterations"), first_run(run("41", "2.0", {})).at("iterations"));
}

TEST_F(WarmStartOfAStencil, IsRefusedWhereTheMeshIsFinerOrHasOtherEnds) {
  const Outcome finer = run("81", "2.0", {"--model", model_});
  EXPECT_EQ(finer.status, ExitStatus::bad_model);
  EXPECT_THAT(finer.err, HasSubstr("the steps of its mesh are 0.05 long, here 0.025: only the extent may be another"));
  std::string text = content_of(config_);
  const std::string periodic = "boundary = \"periodic\"";
  text.replace(text.find(periodic), periodic.size(), "neumann = 0.0");
  directory_.write("burgers.toml", text);
  const Outcome walled = run("81", "4.0", {"--model", model_});
  EXPECT_EQ(walled.status, ExitStatus::bad_model) << walled.err;
}

}  // namespace
}  // namespace forerun
