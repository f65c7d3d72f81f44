#include "apps/forerun/plan/plan_verdict.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

SolverSpec rk4(Index steps) {
  SolverSpec spec("rk4");
  spec.options.set("steps", std::int64_t{steps});
  return spec;
}

ScalingPoint on(Index processors, double speedup) {
  ScalingPoint point;
  point.processors = processors;
  point.speedup = speedup;
  return point;
}

/// One trial, modelled so here and on 64 processors.
PlanStudy study(double here, double there) {
  PlanStudy made;
  PlannedRun run;
  run.trial.solved = true;
  run.here = on(2, here);
  run.there = on(64, there);
  made.runs = {run};
  made.best_here = made.best_there = 0;
  made.threads_here = 2;
  return made;
}

/// Serial solvers: the configured one takes 8 s, one as accurate `seconds`.
SerialAdvice advice(double seconds) {
  SerialAdvice made;
  made.slices = 8;
  made.configured = {rk4(800), 8.0, 1e-9};
  made.as_accurate = PrecisionPoint{rk4(100), seconds, 1e-9};
  return made;
}

TEST(PlanVerdict, IsModelledWhereNothingWasMeasured) {
  const Verdict found = plan_verdict(study(0.5, 4.0));
  EXPECT_EQ(found.basis, Verdict::Basis::modelled);
  EXPECT_EQ(found.sentences[0], "Serial stepping wins here: Parareal is 0.500x as fast (modelled on 2 threads).");
  EXPECT_EQ(found.sentences[1], "On 64 processors Parareal is 4.00x as fast as serial stepping (modelled).");
  EXPECT_EQ(plan_verdict(study(1.5, 4.0)).winner, Verdict::Winner::parallel);
}

TEST(PlanVerdict, PararealHasToBeatTheFastestSerialSolverThatIsAsAccurate) {
  PlanStudy made = study(1.5, 4.0);
  made.serial = advice(1.0);
  const Verdict found = plan_verdict(made);
  EXPECT_EQ(found.winner, Verdict::Winner::serial) << "1.5 times as fast as one that is 8 times too slow";
  EXPECT_THAT(found.sentences[0],
              StartsWith("Serial stepping by rk4 × 100 wins here: Parareal over the configured fine "
                         "solver is 0.188x as fast"));
  EXPECT_THAT(found.sentences[1], StartsWith("On 64 processors serial stepping by rk4 × 100 wins"));
}

TEST(PlanVerdict, WhereNoneIsAsAccurateASolverWithinTheToleranceIsTheRival) {
  PlanStudy made = study(3.6, 10.0);
  made.serial = advice(1.0);
  made.serial->as_accurate.reset();
  made.serial->good_enough = PrecisionPoint{rk4(25), 0.25, 1e-7};
  const Verdict found = plan_verdict(made);
  EXPECT_EQ(found.winner, Verdict::Winner::serial);
  EXPECT_THAT(found.sentences[0], StartsWith("Serial stepping by rk4 × 25, within the tolerance, wins here"));
  made.serial->good_enough.reset();
  EXPECT_EQ(plan_verdict(made).winner, Verdict::Winner::parallel);
}

TEST(PlanVerdict, WhatWasMeasuredGoesBeforeWhatIsModelled) {
  PlanStudy made = study(0.5, 4.0);
  made.serial = advice(1.0);
  made.serial->parallel_fine = made.serial->as_accurate;
  const Verdict lost = plan_verdict(made);
  EXPECT_EQ(lost.basis, Verdict::Basis::measured);
  EXPECT_THAT(lost.sentences[0], HasSubstr("no run of Parareal over rk4 × 100 is as accurate"));
  ParallelPoint point;
  point.seconds = 0.5;
  point.error = 1e-9;
  point.converged = true;
  made.serial->parallel = {point};
  const Verdict won = plan_verdict(made);
  EXPECT_EQ(won.winner, Verdict::Winner::parallel);
  EXPECT_DOUBLE_EQ(*won.speedup, 2.0);
  EXPECT_EQ(won.sentences[0],
            "Parareal wins here: rk4 × 100 takes 1.00 s, Parareal over rk4 × 100 500 ms (measured on 2 threads).");
}

TEST(PlanVerdict, ALadderThatHelpsCounts) {
  PlanStudy made = study(0.5, 4.0);
  made.ladder.emplace();
  made.ladder->here = on(2, 2.0);
  made.ladder->there = on(64, 9.0);
  const Verdict found = plan_verdict(made);
  EXPECT_DOUBLE_EQ(*found.speedup, 2.0);
  EXPECT_THAT(found.sentences[1], HasSubstr("9.00x"));
}

TEST(PlanVerdict, WhereNoTrialWasSolvedSerialSteppingWins) {
  PlanStudy made = study(0.5, 4.0);
  made.best_here.reset();
  made.best_there.reset();
  const Verdict found = plan_verdict(made);
  EXPECT_EQ(found.winner, Verdict::Winner::serial);
  EXPECT_FALSE(found.speedup);
  EXPECT_EQ(found.sentences.size(), 1U);
}

TEST(PlanVerdict, ClosesTheTextAndStandsInTheJson) {
  const testing::TemporaryDirectory directory;
  const std::string config = directory.write("small.toml", testing::small_config);
  const std::string text = testing::forerun_with({"plan", config}).out;
  EXPECT_THAT(text.substr(text.rfind("\n\n")), ::testing::EndsWith("(modelled).\n")) << "of the machine planned for";
  const auto json = nlohmann::json::parse(testing::forerun_with({"plan", config, "--json", "-"}).out);
  EXPECT_GE(json.at("verdict").at("sentences").size(), 1U);
}

}  // namespace
}  // namespace forerun
