#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/apps/cli.h"

namespace forerun {
namespace {

/// A configuration of data/configs, made cheaper where its fine solver is expensive.
struct Case {
  std::string name;
  std::vector<std::string> settings;
  /// Error at which an iterate is still so far off that no linear estimate can hold.
  double linear_up_to = 1e-2;
};

class StoppingByEstimate : public ::testing::TestWithParam<Case> {};

/// The error estimate is held against the truth after every iteration of every run; and where it ends a run, the answer
/// is the serial fine solution within the tolerance, chaotic or not.
TEST_P(StoppingByEstimate, BoundsTheErrorAndKeepsTheTolerance) {
  const Case& c = GetParam();
  for (const int seed : {1, 2}) {
    std::vector<std::string> words = {"compare",
                                      testing::data_config(c.name),
                                      "--quiet",
                                      "--json",
                                      "-",
                                      "--seed",
                                      std::to_string(seed),
                                      "--correctors",
                                      seed == 1 ? "classic,randnet-local,auto" : "randnet-local,randnet",
                                      "--set",
                                      "parareal.stopping=estimate"};
    for (const std::string& setting : c.settings) words.insert(words.end(), {"--set", setting});
    const testing::Outcome outcome = testing::forerun_with(words);
    ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
    const auto json = nlohmann::json::parse(outcome.out);
    for (const auto& run : json.at("runs")) {
      const std::string what =
          c.name + ", " + run.at("corrector").get<std::string>() + ", seed " + std::to_string(seed);
      EXPECT_LE(run.at("max_error").get<double>(), 5e-7) << what;
      const auto& errors = run.at("errors");
      const auto& estimates = run.at("estimated_errors");
      for (std::size_t k = 0; k < errors.size(); ++k) {
        const double error = errors[k];
        if (estimates[k].is_null() || error < 1e-10 || error > c.linear_up_to) continue;
        EXPECT_GE(estimates[k].get<double>(), error) << what << ", iteration " << k + 1;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Problems, StoppingByEstimate,
    ::testing::Values(Case{"burgers", {"fine.steps=40"}}, Case{"diffusion_reaction_19", {"fine.steps=40"}},
                      Case{"fitzhugh_nagumo", {"fine.steps=400"}}, Case{"rossler", {"fine.steps=11250"}},
                      Case{"hopf", {"fine.steps=544"}}, Case{"brusselator", {"fine.steps=1000"}}, Case{"lorenz", {}},
                      Case{"double_pendulum", {"fine.steps=679"}}, Case{"heat", {}}, Case{"dahlquist", {}}),
    [](const auto& problem) { return problem.param.name; });

}  // namespace
}  // namespace forerun
