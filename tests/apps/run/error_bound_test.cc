// A run with the modes of its fine solver says how far off it is at most
// (solvers/integrators/spectral/spectral_bound.h).
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/apps/cli.h"

namespace forerun {
namespace {

using testing::forerun_with;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Outcome;
using testing::TemporaryDirectory;
using Json = nlohmann::json;

constexpr const char* heat_by_modes = R"toml(
[problem]
name = "heat"
points = 49
profile = "hat"
[time]
end = 1.0
slices = 16
[fine]
method = "backward_euler"
steps = 20
[coarse]
strategy = "spectral"
modes = 3
[parareal]
tolerance = 1e-5
[corrector]
name = "classic"
)toml";

class ErrorBound : public ::testing::Test {
 protected:
  Json run(const std::vector<std::string>& more) const {
    std::vector<std::string> words = {"run", config_, "--reference", "--json", "-"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = forerun_with(words);
    EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
    return Json::parse(outcome.out).at("runs").at(0);
  }

  TemporaryDirectory directory_;
  std::string config_ = directory_.write("heat.toml", heat_by_modes);
};

TEST_F(ErrorBound, IsSaidOfEachIterationAndIsAboveTheError) {
  const Json found = run({});
  ASSERT_EQ(found.at("error_bounds").size(), found.at("iterations"));
  for (std::size_t k = 0; k < found.at("errors").size(); ++k) {
    // Errors are largest components in units of the state's range, 1: never above the Euclidean norm.
    EXPECT_GE(found.at("error_bounds").at(k).get<double>(), found.at("errors").at(k).get<double>()) << k;
  }
  EXPECT_LT(found.at("error_bounds").back().get<double>(), 1e-3);
  EXPECT_THAT(forerun_with({"run", config_}).out, HasSubstr("error bound"));
}

TEST_F(ErrorBound, IsSaidWithoutACoarseSolverToo) {
  const Json found = run({"--set", "coarse.modes=0"});
  ASSERT_EQ(found.at("error_bounds").size(), found.at("iterations"));
  for (std::size_t k = 0; k < found.at("errors").size(); ++k) {
    EXPECT_GE(found.at("error_bounds").at(k).get<double>() + 1e-12, found.at("errors").at(k).get<double>()) << k;
  }
}

TEST_F(ErrorBound, IsNotSaidWhereItWouldNotHold) {
  EXPECT_TRUE(run({"--set", "corrector.name=krylov"}).at("error_bounds").is_null()) << "something is learned";
  EXPECT_TRUE(run({"--set", "coarse.steps=10"}).at("error_bounds").is_null()) << "modes of another solver";
  EXPECT_TRUE(run({"--set", "time.windows=2"}).at("error_bounds").is_null()) << "a window begins with an error";
  EXPECT_THAT(forerun_with({"run", config_, "--set", "corrector.name=krylov"}).out, Not(HasSubstr("error bound")));
}

}  // namespace
}  // namespace forerun
