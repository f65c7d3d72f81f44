#include "apps/forerun/run/report.h"

#include <gmock/gmock.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "apps/forerun/record/report_json.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using testing::forerun_with;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::small_config;
using testing::TemporaryDirectory;
using Json = nlohmann::json;

class Report : public ::testing::Test {
 protected:
  Json json_of(std::vector<std::string> words) const {
    words.insert(words.begin() + 1, config_);
    words.insert(words.end(), {"--json", "-", "--quiet"});
    return Json::parse(forerun_with(words).out);
  }

  TemporaryDirectory directory_;
  std::string config_ = directory_.write("small.toml", small_config);
};

TEST_F(Report, JsonOfCompareHasTheDocumentedMembers) {
  const Json json = json_of({"compare", "--correctors", "classic,randnet"});
  EXPECT_EQ(json.at("schema"), "forerun.compare/1");
  EXPECT_EQ(json.at("problem").at("name"), "burgers");
  EXPECT_EQ(json.at("problem").at("dimension"), 16);
  EXPECT_EQ(json.at("slices"), 8);
  EXPECT_EQ(json.at("threads"), 1);
  EXPECT_EQ(json.at("seed"), 1);
  EXPECT_GT(json.at("serial_fine_seconds").get<double>(), 0.0);
  ASSERT_EQ(json.at("runs").size(), 2U);
  EXPECT_EQ(json.at("runs").at(0).at("corrector"), "classic");
  EXPECT_EQ(json.at("runs").at(1).at("corrector"), "randnet");
  for (const Json& run : json.at("runs")) {
    EXPECT_EQ(run.at("converged"), true);
    EXPECT_EQ(run.at("termination"), "converged");
    EXPECT_GT(run.at("effective_sweeps").get<double>(), 0.0);
    EXPECT_LT(run.at("max_error").get<double>(), 1e-5);
    for (const char* phase : {"total", "fine", "coarse", "fit", "predict"}) {
      EXPECT_GE(run.at("seconds").at(phase).get<double>(), 0.0) << phase;
    }
    EXPECT_EQ(run.at("modelled").at("processors"), 8);
    EXPECT_GT(run.at("modelled").at("speedup").get<double>(), 0.0);
    EXPECT_EQ(run.at("increments").size(), run.at("iterations").get<std::size_t>());
    EXPECT_EQ(run.at("exact_front").size(), run.at("iterations").get<std::size_t>());
    EXPECT_TRUE(run.at("failure").is_null());
  }
}

TEST_F(Report, MeasuredSpeedupIsSerialFineOverTotal) {
  const Json json = json_of({"compare", "--correctors", "classic"});
  const Json& run = json.at("runs").at(0);
  EXPECT_DOUBLE_EQ(run.at("measured_speedup").get<double>(),
                   json.at("serial_fine_seconds").get<double>() / run.at("seconds").at("total").get<double>());
}

TEST_F(Report, RunWithoutReferenceKnowsNoErrorAndNoMeasuredSpeedup) {
  const Json json = json_of({"run"});
  EXPECT_TRUE(json.at("serial_fine_seconds").is_null());
  EXPECT_TRUE(json.at("runs").at(0).at("max_error").is_null());
  EXPECT_TRUE(json.at("runs").at(0).at("measured_speedup").is_null());
  EXPECT_GT(json.at("runs").at(0).at("modelled").at("speedup").get<double>(), 0.0);
}

TEST_F(Report, RunWithReferenceIsCompareWithOneCorrector) {
  Json run = json_of({"run", "--reference"}).at("runs").at(0);
  Json compare = json_of({"compare", "--correctors", "randnet"}).at("runs").at(0);
  for (Json* json : {&run, &compare}) {
    for (const char* timing : {"seconds", "repeats", "measured_speedup", "modelled", "history"}) json->erase(timing);
  }
  EXPECT_EQ(run, compare);
}

TEST_F(Report, WhatIsNotFiniteIsNullInJson) {
  const Experiment experiment = make_experiment(ConfigDocument::parse(small_config, "small.toml"));
  Comparison comparison;
  CorrectorRun& run = comparison.runs.emplace_back();
  IterationRecord& iteration = run.record.iterations.emplace_back();
  iteration.increment = std::numeric_limits<double>::quiet_NaN();
  iteration.jump = std::numeric_limits<double>::infinity();
  const Json json = Json::parse(comparison_json(comparison, experiment, std::nullopt)).at("runs").at(0);
  EXPECT_TRUE(json.at("increments").at(0).is_null());
  EXPECT_TRUE(json.at("jumps").at(0).is_null());
}

TEST_F(Report, ARunThatDidNotConvergeHasNoSpeedup) {
  const Json run =
      json_of({"compare", "--correctors", "classic", "--set", "parareal.max_iterations=1"}).at("runs").at(0);
  EXPECT_EQ(run.at("termination"), "iteration limit");
  EXPECT_TRUE(run.at("measured_speedup").is_null());
  EXPECT_TRUE(run.at("modelled").at("speedup").is_null());
}

TEST_F(Report, TheTableFitsATerminalAndShowsEveryCorrector) {
  const std::string out = forerun_with({"compare", config_, "--quiet"}).out;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 124U) << line;
  EXPECT_THAT(out, AllOf(HasSubstr("classic"), HasSubstr("randnet "), HasSubstr("randnet-local"), HasSubstr("measured"),
                         HasSubstr("modelled"), HasSubstr("serial fine solution")));
}

TEST_F(Report, SaysWhichCandidatesOfTheGuardServed) {
  for (const char* command : {"run", "compare"}) {
    const Outcome outcome = forerun_with({command, config_, "--quiet", "--set", "corrector.name=auto"});
    EXPECT_THAT(
        outcome.out,
        ContainsRegex(
            "served by +kriging 18 ×[1-9].*; (no|[0-9]+) fallbacks?; corrections off by [0-9.e+-]+, predicted [0-9]"));
  }
}

TEST_F(Report, TheSameSeedGivesTheSameRecord) {
  const Json first = json_of({"run", "--seed", "7"});
  const Json second = json_of({"run", "--seed", "7"});
  EXPECT_EQ(first.at("runs").at(0).at("increments"), second.at("runs").at(0).at("increments"));
  EXPECT_NE(first.at("runs").at(0).at("increments"), json_of({"run", "--seed", "8"}).at("runs").at(0).at("increments"));
}

Comparison comparison_with(const std::vector<Termination>& terminations) {
  Comparison comparison;
  for (const Termination termination : terminations) {
    comparison.runs.emplace_back();
    comparison.runs.back().record.termination = termination;
  }
  return comparison;
}

TEST(ExitStatusOfAComparison, IsThatOfTheGravestRun) {
  using enum Termination;
  EXPECT_EQ(exit_status(comparison_with({converged, converged})), ExitStatus::ok);
  EXPECT_EQ(exit_status(comparison_with({converged, iteration_limit})), ExitStatus::not_converged);
  EXPECT_EQ(exit_status(comparison_with({time_limit, converged})), ExitStatus::not_converged);
  EXPECT_EQ(exit_status(comparison_with({iteration_limit, propagator_failed})), ExitStatus::solver_failed);
  Comparison stopped = comparison_with({converged});
  stopped.interrupted = true;
  EXPECT_EQ(exit_status(stopped), ExitStatus::interrupted);
}

}  // namespace
}  // namespace forerun
