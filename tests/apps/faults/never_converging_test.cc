// A run that does not converge says so and keeps its best iterate; after as many iterations as slices it is serial
// fine.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "core/files/npy_file.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using testing::content_of;
using testing::forerun_with;
using ::testing::HasSubstr;
using testing::TemporaryDirectory;
using Json = nlohmann::json;

class NeverConverging : public ::testing::TestWithParam<std::string> {
 protected:
  testing::Outcome compare(int max_iterations) {
    std::filesystem::remove_all(directory_ / "out");
    return forerun_with({"compare", config_, "--quiet", "--correctors", GetParam(), "--out", directory_ / "out",
                         "--set", "parareal.tolerance=0.0", "--set",
                         "parareal.max_iterations=" + std::to_string(max_iterations)});
  }
  std::string states(const std::string& solver) const {
    return content_of(directory_ / ("out/boundaries-" + solver + ".npy"));
  }

  TemporaryDirectory directory_;
  std::string config_ = directory_.write("small.toml", testing::small_config);
};

TEST_P(NeverConverging, EndsWithStatus3AndItsBestIterate) {
  double error = std::numeric_limits<double>::infinity();
  for (const int limit : {1, 3, 7}) {
    const auto outcome = compare(limit);
    EXPECT_EQ(outcome.status, ExitStatus::not_converged);
    EXPECT_THAT(outcome.out, HasSubstr(GetParam() + " did not converge: iteration limit after " +
                                       std::to_string(limit) + " iteration"));
    const Json run = Json::parse(content_of(directory_ / "out/record.json")).at("runs").at(0);
    EXPECT_EQ(run.at("termination"), "iteration limit");
    EXPECT_EQ(run.at("exact_front").back(), limit);
    const States boundaries = read_npy_matrix(directory_ / ("out/boundaries-" + GetParam() + ".npy"));
    const States serial = read_npy_matrix(directory_ / "out/boundaries-serial-fine.npy");
    EXPECT_EQ(boundaries.leftCols(limit + 1), serial.leftCols(limit + 1));
    const double now = (boundaries - serial).cwiseAbs().maxCoeff();
    EXPECT_LT(now, error);
    error = now;
  }
}

TEST_P(NeverConverging, IsSerialFineBitForBitAfterAsManyIterationsAsSlices) {
  EXPECT_EQ(compare(8).status, ExitStatus::ok);
  EXPECT_TRUE(states(GetParam()) == states("serial-fine"));
}

INSTANTIATE_TEST_SUITE_P(Correctors, NeverConverging, ::testing::Values("classic", "randnet", "auto"));

}  // namespace
}  // namespace forerun
