#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "apps/forerun/bench/bench_coarse.h"
#include "apps/forerun/config/coarse_strategy.h"
#include "apps/forerun/run/experiment.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using testing::forerun_with;
using ::testing::HasSubstr;
using testing::TemporaryDirectory;
using Json = nlohmann::json;

TEST(CoarseBench, HasARowForEachStrategyAndSaysWhyOneDoesNotSuit) {
  const TemporaryDirectory directory;
  directory.write("small.toml",
                  "[problem]\nname = 'burgers'\npoints = 32\nviscosity = 0.05\n[time]\nend = 1.0\nslices = 8\n[fine]\n"
                  "method = 'rk4'\nsteps = 32\n[coarse]\nmethod = 'rk1'\nsteps = 7\n[parareal]\ntolerance = 1e-6\n");
  const std::string suite = directory.write("suite.toml",
                                            "[small]\nconfig = 'small.toml'\nsettings = 'coarse.strategy=simplified "
                                            "coarse.problem.viscosity=0.06'\ncorrectors = 'classic'\n");
  const auto outcome = forerun_with({"bench", "coarse", "--suite", suite, "--repeats", "2", "--json", "-", "--quiet"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const Json report = Json::parse(outcome.out);
  std::vector<std::string> names;
  for (const Json& row : report.at("measurements")) {
    names.push_back(row.at("strategy"));
    if (names.back() == "spectral" || names.back() == "pinn") {
      EXPECT_THAT(row.at("unsuited").get<std::string>(), HasSubstr("burgers is not")) << row;
      EXPECT_TRUE(row.at("iterations").is_null());
      continue;
    }
    if (!row.at("unsuited").get<std::string>().empty()) continue;
    EXPECT_EQ(row.at("converged"), "yes") << names.back();
    EXPECT_LT(row.at("max_error"), 1e-6) << names.back();
    EXPECT_GE(row.at("set_up_seconds"), 0.0);
    EXPECT_THAT(row.at("solver").get<std::string>(), ::testing::Not(HasSubstr("rk1 × 7"))) << "of the configuration";
  }
  EXPECT_EQ(names, coarse_strategies());
}

TEST(CoarseBench, ShippedSuiteIsOfProblemsThatCanBeMade) {
  const std::string file = std::string(FORERUN_SOURCE_DIR) + "/data/benchmarks/coarse.toml";
  for (const BenchEntry& entry : read_suite(file, coarse_suite_keys(), {})) {
    EXPECT_NO_THROW(ConfigDocument::read(entry.config)) << entry.name;
  }
}

}  // namespace
}  // namespace forerun
