#include "apps/forerun/run/repeated_timings.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using testing::forerun_with;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::small_config;
using testing::TemporaryDirectory;
using Json = nlohmann::json;

/// Serial stepping and one run whose repetitions take the seconds that are said.
class RepeatedTimings : public ::testing::Test {
 protected:
  RunRecord record(double seconds) const {
    RunRecord record;
    record.termination = Termination::converged;
    record.seconds.total = seconds;
    record.seconds.fine = 0.5 * seconds;
    record.iterations.resize(3);
    return record;
  }
  void begin(double serial, double run) {
    comparison_.serial_fine.emplace().seconds = serial;
    comparison_.runs.emplace_back().record = record(run);
    comparison_.runs.front().record.boundaries = States::Ones(2, 4);
  }
  void repeat(std::vector<double> serial, std::vector<double> run) {
    std::size_t s = 0, r = 0;
    repeat_timings(comparison_, {[&]() -> std::optional<double> {
                                   return s < serial.size() ? std::optional(serial[s++]) : std::nullopt;
                                 },
                                 [&](const CorrectorRun&) { return std::optional(record(run.at(r++))); },
                                 [](CorrectorRun& done) {
                                   done.modelled = ModelledSpeedup{8, 10.0 / done.record.seconds.total};
                                 }});
    repeats_ = s;
  }

  Comparison comparison_;
  std::size_t repeats_ = 0;
};

TEST_F(RepeatedTimings, AreThoseOfTheMiddleRepetition) {
  begin(1.0, 3.0);
  repeat({1.4, 1.2, 1.1}, {2.0, 5.0, 4.0});
  EXPECT_THAT(comparison_.serial_timings, ElementsAre(1.0, 1.4));
  EXPECT_EQ(repeats_, 1U) << "one more round takes as long as all did";
  comparison_ = {};
  begin(0.2, 0.1);
  repeat({0.3, 0.25}, {0.2, 0.05});
  EXPECT_THAT(comparison_.serial_timings, ElementsAre(0.2, 0.3)) << "half a second is enough";
}

TEST_F(RepeatedTimings, ShortOnesLeaveOutTheFirstAndKeepPartsTogether) {
  begin(0.05, 0.02);
  repeat({0.010, 0.011, 0.013, 0.012}, {0.004, 0.002, 0.005, 0.003});
  EXPECT_THAT(comparison_.serial_timings, ElementsAre(0.010, 0.011, 0.013, 0.012));
  EXPECT_DOUBLE_EQ(comparison_.serial_fine->seconds, 0.011);
  const CorrectorRun& run = comparison_.runs.front();
  EXPECT_THAT(run.timings, ElementsAre(0.004, 0.002, 0.005, 0.003));
  EXPECT_DOUBLE_EQ(run.record.seconds.total, 0.003);
  EXPECT_DOUBLE_EQ(run.record.seconds.fine, 0.0015) << "of the same repetition";
  EXPECT_DOUBLE_EQ(run.modelled->speedup, 0.5 * (10.0 / 0.003 + 10.0 / 0.004)) << "the median of all";
  EXPECT_EQ(run.record.boundaries, States::Ones(2, 4)) << "states stay";
}

TEST_F(RepeatedTimings, WhatIsLongOrHasNotConvergedIsTimedOnce) {
  begin(6.0, 1.0);
  repeat({6.0}, {1.0});
  EXPECT_THAT(comparison_.serial_timings, IsEmpty());
  comparison_.serial_fine->seconds = 1.0;
  comparison_.runs.front().record.termination = Termination::iteration_limit;
  repeat({1.0}, {1.0});
  EXPECT_THAT(comparison_.runs.front().timings, IsEmpty());
}

TEST_F(RepeatedTimings, ARoundThatIsStoppedCountsForNobody) {
  begin(0.05, 0.02);
  repeat({0.010, 0.011}, {0.004, 0.002});
  EXPECT_EQ(comparison_.serial_timings.size(), comparison_.runs.front().timings.size());
  EXPECT_EQ(comparison_.serial_timings.size(), 2U);
}

TEST(RepeatedTimingsOfAComparison, StandInTableAndRecordAndOnlyTimesDiffer) {
  const TemporaryDirectory directory;
  const std::string config = directory.write("small.toml", small_config);
  // Far below the half second that repetitions may take, on a busy machine, too.
  const std::string cheap = "classic,randnet-local";
  const std::string table = forerun_with({"compare", config, "--correctors", cheap, "--quiet"}).out;
  EXPECT_THAT(table, ContainsRegex("min–max"));
  EXPECT_THAT(table, ContainsRegex("serial fine solution: .*, median of 4, .* to "));
  const Json json = Json::parse(forerun_with({"compare", config, "--correctors", cheap, "--quiet", "--json", "-"}).out);
  EXPECT_EQ(json.at("serial_fine_repeats").at("count"), 4);
  for (const Json& run : json.at("runs")) {
    const double total = run.at("seconds").at("total").get<double>();
    EXPECT_EQ(run.at("repeats").at("count"), 4);
    EXPECT_LE(run.at("repeats").at("least_seconds").get<double>(), total);
    EXPECT_GE(run.at("repeats").at("most_seconds").get<double>(), total);
  }
  const Json alone = Json::parse(forerun_with({"run", config, "--quiet", "--json", "-"}).out);
  EXPECT_TRUE(alone.at("runs").at(0).at("repeats").is_null()) << "nothing to compare with";
  EXPECT_TRUE(alone.at("machine").is_null());
}

}  // namespace
}  // namespace forerun
