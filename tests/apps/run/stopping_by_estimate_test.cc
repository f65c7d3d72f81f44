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

nlohmann::json runs_of(const Case& c, const std::string& correctors, int seed, const std::string& setting) {
  std::vector<std::string> words = {
      "compare", testing::data_config(c.name), "--quiet", "--json", "-", "--correctors", correctors,
      "--seed",  std::to_string(seed)};
  for (const std::string& more : {std::string("parareal.stopping=estimate"), setting})
    words.insert(words.end(), {"--set", more});
  for (const std::string& more : c.settings) words.insert(words.end(), {"--set", more});
  const testing::Outcome outcome = testing::forerun_with(words);
  EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  return outcome.status == ExitStatus::ok ? nlohmann::json::parse(outcome.out).at("runs") : nlohmann::json::array();
}

/// An estimate and no bound: learners' own noise may exceed it by little. Of a hundredth of the tolerance nothing
/// hangs.
constexpr double kUnderestimate = 4.0;
constexpr double kTolerance = 5e-7;

/// What is estimated at lower levels of a ladder is the distance to those levels' solution, so only the top counts.
void expect_bounded(const nlohmann::json& run, const Case& c, const std::string& what) {
  EXPECT_LE(run.at("max_error").get<double>(), kTolerance) << what;
  const auto& errors = run.at("errors");
  const auto& estimates = run.at("estimated_errors");
  for (std::size_t k = 0; k < errors.size(); ++k) {
    const double error = errors[k];
    const bool at_top = run.at("history").at("iterations").at(k).at("at_top_level");
    if (!at_top || estimates[k].is_null() || error < 0.01 * kTolerance || error > c.linear_up_to) continue;
    EXPECT_GE(kUnderestimate * estimates[k].get<double>(), error) << what << ", iteration " << k + 1;
  }
}

/// The error estimate is held against the truth after every iteration of every run; and where it ends a run, the answer
/// is the serial fine solution within the tolerance, chaotic or not.
TEST_P(StoppingByEstimate, BoundsTheErrorAndKeepsTheTolerance) {
  const Case& c = GetParam();
  for (const int seed : {1, 2}) {
    const std::string correctors = seed == 1 ? "classic,randnet-local,auto" : "randnet-local,randnet";
    for (const auto& run : runs_of(c, correctors, seed, "parareal.tolerance=5e-7")) {
      expect_bounded(run, c, run.at("corrector").get<std::string>() + ", seed " + std::to_string(seed));
    }
  }
}

TEST_P(StoppingByEstimate, DoesSoOnALadderToo) {
  const Case& c = GetParam();
  for (const auto& run : runs_of(c, "classic,auto", 1, "fine.levels=auto")) {
    expect_bounded(run, c, run.at("corrector").get<std::string>() + " on a ladder");
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
