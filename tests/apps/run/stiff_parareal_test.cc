// Stiff equations with implicit solvers on either level, as they are shipped: in parallel and on ladders.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/apps/cli.h"

namespace forerun {
namespace {

using testing::forerun_with;
using Json = nlohmann::json;

struct Stiff {
  std::string configuration;
  std::string levels;  ///< explicit ones, the last that of the configuration
};

void PrintTo(const Stiff& stiff, std::ostream* out) { *out << stiff.configuration; }

class StiffParareal : public ::testing::TestWithParam<Stiff> {
 protected:
  Json compared(const std::vector<std::string>& more) const {
    std::vector<std::string> words = {
        "compare", testing::data_config(GetParam().configuration), "--correctors", "classic", "--quiet", "--json", "-"};
    words.insert(words.end(), more.begin(), more.end());
    const auto outcome = forerun_with(words);
    EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
    return outcome.status == ExitStatus::ok ? Json::parse(outcome.out) : Json();
  }

  void expect_few_iterations(const std::vector<std::string>& more) const {
    const Json json = compared(more);
    ASSERT_FALSE(json.is_null());
    const Json& run = json.at("runs").at(0);
    EXPECT_LE(run.at("max_error").get<double>(), 1e-6);
    EXPECT_LT(2 * run.at("iterations").get<int>(), 64);
    EXPECT_LT(run.at("effective_sweeps").get<double>(), 6.0);
  }
};

TEST_P(StiffParareal, TakesFewerIterationsThanHalfTheSlices) { expect_few_iterations({}); }

TEST_P(StiffParareal, ClimbsLaddersOfTolerances) {
  expect_few_iterations({"--set", "fine.levels=" + GetParam().levels});
  expect_few_iterations({"--set", "fine.levels=auto"});
}

TEST_P(StiffParareal, HasTheSameBitsOnAnyNumberOfThreads) {
  const Json one = compared({"--threads", "1"}), three = compared({"--threads", "3"});
  ASSERT_FALSE(one.is_null() || three.is_null());
  EXPECT_EQ(one.at("runs").at(0).at("increments"), three.at("runs").at(0).at("increments"));
}

INSTANTIATE_TEST_SUITE_P(Shipped, StiffParareal,
                         ::testing::Values(Stiff{"allen_cahn", "[1e-4, 1e-7, 1e-9]"},
                                           Stiff{"robertson", "[1e-4, 1e-7, 1e-9]"},
                                           Stiff{"van_der_pol", "[1e-5, 1e-7, 1e-9]"}),
                         [](const auto& tested) { return tested.param.configuration; });

TEST(StiffLadders, OfEqualImplicitStepsGiveTheFineSolversAnswer) {
  const testing::TemporaryDirectory directory;
  for (const std::string method : {"backward_euler", "sdirk2", "radau3", "ars343"}) {
    const std::string config = directory.write(method + ".toml", R"([problem]
name = "allen_cahn"
points = 40
[time]
end = 4.0
slices = 16
[fine]
method = ")" + method + R"("
steps = 64
[parareal]
tolerance = 1e-8
)");
    for (const std::string levels : {"[2, 8, 64]", "auto"}) {
      const auto outcome = forerun_with(
          {"compare", config, "--correctors", "classic", "--quiet", "--json", "-", "--set", "fine.levels=" + levels});
      ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
      const Json run = Json::parse(outcome.out).at("runs").at(0);
      EXPECT_LE(run.at("max_error").get<double>(), 1e-8) << method << ", " << levels;
      EXPECT_LT(run.at("effective_sweeps").get<double>(), 6.0) << method << ", " << levels;
    }
  }
}

}  // namespace
}  // namespace forerun
