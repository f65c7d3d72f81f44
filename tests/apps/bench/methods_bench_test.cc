#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "apps/forerun/bench/bench_methods.h"
#include "apps/forerun/run/experiment.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using testing::forerun_with;
using ::testing::HasSubstr;
using testing::TemporaryDirectory;
using Json = nlohmann::json;

TEST(MethodsBench, HasARowForEachMethodAndSaysWhyOneDoesNotSuit) {
  const TemporaryDirectory directory;
  directory.write("small.toml", testing::small_config);
  const std::string suite = directory.write("suite.toml", R"([small]
config = "small.toml"
slice_seconds = 0.002
parareal = "coarse.steps=8"
mgrit = "method.coarsening=2 coarse.steps=16"
pfasst = "fine.method=sdc_imex fine.steps=1 fine.nodes=3 fine.sweeps=20 coarse.method=sdc_imex coarse.steps=1 coarse.nodes=2"
)");
  const auto outcome = forerun_with({"bench", "methods", "--suite", suite, "--repeats", "1", "--json", "-", "--quiet"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const Json report = Json::parse(outcome.out);
  EXPECT_EQ(report.at("missed").size(), 0U) << report.at("missed");
  std::vector<std::string> names;
  for (const Json& row : report.at("measurements")) {
    names.push_back(row.at("method"));
    if (names.back() == "paraexp") {
      EXPECT_THAT(row.at("unsuited").get<std::string>(), HasSubstr("must be linear but for a source"));
      EXPECT_TRUE(row.at("seconds").is_null());
      continue;
    }
    EXPECT_EQ(row.at("converged"), "yes") << names.back();
    EXPECT_GE(row.at("iterations"), 1);
    EXPECT_LT(row.at("max_error"), 1e-5) << names.back();
    EXPECT_GT(row.at("speedup_elsewhere"), 0.0);
    EXPECT_EQ(row.at("elsewhere"), names.back() == "pfasst" ? "modelled" : "emulated");
    if (names.back() == "pfasst") continue;
  }
  EXPECT_EQ(names, (std::vector<std::string>{"parareal, classic", "parareal, auto", "mgrit", "pfasst", "paraexp"}));
}

TEST(MethodsBench, ShippedSuiteIsOfProblemsThatCanBeMade) {
  const std::string file = std::string(FORERUN_SOURCE_DIR) + "/data/benchmarks/methods.toml";
  for (const BenchEntry& entry : read_suite(file, methods_keys(), {})) {
    EXPECT_NO_THROW(make_experiment(entry.document())) << entry.name;
  }
}

}  // namespace
}  // namespace forerun
