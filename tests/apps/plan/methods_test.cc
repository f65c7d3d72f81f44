// Other methods than Parareal in a plan.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/forerun/plan/methods_report.h"
#include "apps/forerun/plan/plan_verdict.h"
#include "apps/forerun/plan/recommendation.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;
using testing::forerun_with;

MethodCost three_iterations() {
  MethodCost cost;
  cost.num_slices = 16;
  cost.serial_slice = 1.0;
  cost.pieces = 8;
  cost.start = 0.5;
  cost.messages = 10;
  cost.state_bytes = 100.0;
  cost.iterations = {{16.0, 0.25}, {16.0, 0.25}, {8.0, 0.25}};
  return cost;
}

TEST(MethodModel, AddsUpWhatOneProcessorDoesAfterTheOther) {
  const Network network{.latency = 0.01, .bandwidth = 1e4};
  const ScalingPoint eight = model_method(three_iterations(), 8, network);
  EXPECT_NEAR(eight.seconds, 0.5 + (16.0 + 16.0 + 8.0) / 8.0 + 3 * 0.25 + 3 * 10 * 0.02, 1e-12);
  EXPECT_NEAR(eight.speedup, 16.0 / eight.seconds, 1e-12);
  EXPECT_NEAR(eight.efficiency, eight.speedup / 8.0, 1e-12);
  EXPECT_NEAR(model_method(three_iterations(), 1, network).seconds, 0.5 + 40.0 + 0.75, 1e-12) << "nobody to talk to";
}

TEST(MethodModel, MoreProcessorsThanPiecesAreOfNoUseAndRoundsAreWhole) {
  const Network network{.latency = 0.0, .bandwidth = 1e30};
  const auto seconds = [&](Index processors) { return model_method(three_iterations(), processors, network).seconds; };
  EXPECT_EQ(seconds(8), seconds(64));
  EXPECT_EQ(seconds(4), seconds(7));
  EXPECT_GT(seconds(4), seconds(8));
}

TEST(MeanContraction, IsThatOfAGeometricSequence) {
  EXPECT_NEAR(*mean_contraction({1.0, 0.1, 0.01, 0.001}), 0.1, 1e-15);
  EXPECT_FALSE(mean_contraction({1.0}));
  EXPECT_FALSE(mean_contraction({1.0, 0.0}));
}

/// Parareal modelled so on 64 processors, and a method.
PlanStudy study(double parareal, double method) {
  PlanStudy made;
  made.threads_here = 2;
  PlannedRun run;
  run.trial.solved = true;
  run.there.processors = 64;
  run.there.speedup = parareal;
  made.runs = {run};
  made.best_here = made.best_there = 0;
  MethodTrial unsuited;
  unsuited.settings = {"paraexp", {}};
  unsuited.unsuited = "must be linear";
  MethodTrial trial;
  trial.settings = {"mgrit", {{"coarsening", std::int64_t{4}}}};
  trial.solved = true;
  trial.num_iterations = 5;
  trial.effective_sweeps = 9.5;
  trial.contraction = 0.02;
  trial.cost.pieces = 16;
  trial.there.processors = 64;
  trial.there.speedup = method;
  made.methods = {unsuited, trial};
  return made;
}

TEST(Recommendation, IsTheMethodThatIsModelledFasterThanPararealAndSaysWhy) {
  const PlanStudy made = study(4.0, 9.0);
  ASSERT_EQ(recommended_method(made), 1U);
  const std::string text = recommended_method_text(made);
  EXPECT_THAT(text, HasSubstr("Recommended there: mgrit, modelled 9.00x as fast as serial stepping"));
  EXPECT_THAT(text, HasSubstr("5 iterations, each leaving 0.0200 of the residual, 9.50 fine passes on 16 pieces"));
  EXPECT_THAT(text, HasSubstr("Parareal 4.00x ("));
  EXPECT_THAT(text, HasSubstr("[method]\nname = \"mgrit\"\ncoarsening = 4\n"));
  EXPECT_EQ(plan_verdict(made).sentences.back(),
            "On 64 processors mgrit is 9.00x as fast as serial stepping (modelled).");
  EXPECT_EQ(methods_json(made).at(1).at("recommended"), true);
}

TEST(Recommendation, IsPararealWhereNoMethodIsModelledFaster) {
  for (const double method : {0.5, 3.0, 4.0, 4.1}) {
    EXPECT_FALSE(recommended_method(study(4.0, method))) << method;
    EXPECT_EQ(recommended_method_text(study(4.0, method)), "");
  }
  EXPECT_FALSE(recommended_method(study(0.1, 0.9))) << "serial stepping wins";
  PlanStudy with_ladder = study(4.0, 9.0);
  with_ladder.ladder.emplace();
  with_ladder.ladder->there.speedup = 12.0;
  EXPECT_FALSE(recommended_method(with_ladder));
}

class PlanOfMethods : public ::testing::Test {
 protected:
  Json plan(const std::string& config, std::vector<std::string> words = {}) const {
    words.insert(words.begin(), {"plan", config, "--budget", "600", "--json", "-"});
    const auto outcome = forerun_with(words);
    EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
    return Json::parse(outcome.out);
  }
  static Json trial_of(const Json& plan, const std::string& name) {
    for (const Json& trial : plan.at("methods")) {
      if (trial.at("name") == name) return trial;
    }
    return nullptr;
  }
  static double speedup_there(const Json& run) { return run.at("modelled_there").at("speedup").get<double>(); }

  /// One method at most is recommended: the fastest one, where it beats serial stepping and Parareal by more than 5 %.
  static ::testing::AssertionResult recommends_by_its_figures(const Json& plan) {
    double to_beat = std::max(1.0, speedup_there(plan.at("best_there")));
    if (plan.at("ladder").is_object()) to_beat = std::max(to_beat, speedup_there(plan.at("ladder")));
    double fastest = 0.0;
    for (const Json& trial : plan.at("methods")) {
      if (trial.at("solved") == true) fastest = std::max(fastest, speedup_there(trial));
    }
    for (const Json& trial : plan.at("methods")) {
      const bool wins = trial.at("solved") == true && speedup_there(trial) == fastest && fastest > 1.05 * to_beat;
      if (trial.at("recommended") != wins) return ::testing::AssertionFailure() << trial << " against " << to_beat;
    }
    return ::testing::AssertionSuccess();
  }
};

/// Classic Parareal takes as many iterations as slices on a wave; ParaExp one. How long they take, and with it which is
/// recommended, is the clock's: the plan must say what follows from its own figures (the rule itself: Recommendation).
TEST_F(PlanOfMethods, ParaexpIsTriedOnAWaveAndRecommendedWhereTheFiguresSaySo) {
  const Json json = plan(testing::data_config("wave"), {"--set", "fine.steps=4000", "--set", "corrector.name=classic"});
  const Json paraexp = trial_of(json, "paraexp");
  EXPECT_EQ(paraexp.at("estimated").at("iterations"), 1);
  EXPECT_EQ(json.at("trials").at(0).at("estimated").at("iterations"), 20);
  EXPECT_TRUE(recommends_by_its_figures(json));
  EXPECT_EQ(trial_of(json, "pfasst").at("solved"), false);
  EXPECT_THAT(trial_of(json, "pfasst").at("unsuited").get<std::string>(), HasSubstr("for pfasst"));
}

TEST_F(PlanOfMethods, WhatDoesNotSuitIsNamedWithTheReasonAndPararealRecommended) {
  const testing::TemporaryDirectory directory;
  const std::string config = directory.write("small.toml", testing::small_config);
  const std::vector<std::string> dear = {"--set", "fine.steps=8192", "--set", "parareal.tolerance=1e-3"};
  const Json json = plan(config, dear);
  EXPECT_THAT(trial_of(json, "paraexp").at("unsuited").get<std::string>(),
              HasSubstr("must be linear but for a source"));
  EXPECT_TRUE(recommends_by_its_figures(json));
  const std::string text = forerun_with({"plan", config, "--budget", "600", dear[0], dear[1], dear[2], dear[3]}).out;
  EXPECT_THAT(text, HasSubstr("paraexp was not tried:\n  [problem] name = \"burgers\": must be linear"));
}

TEST_F(PlanOfMethods, PfasstIsTriedWhereTheSolversAreItsLevels) {
  const Json json = plan(testing::data_config("heat_pfasst"), {"--set", "method.name=parareal"});
  const Json pfasst = trial_of(json, "pfasst");
  EXPECT_EQ(pfasst.at("solved"), true) << pfasst;
  EXPECT_GT(pfasst.at("estimated").at("iterations"), 1);
  EXPECT_GT(pfasst.at("modelled_there").at("speedup"), 0.0);
  EXPECT_LT(pfasst.at("estimated").at("contraction"), 1.0);
}

}  // namespace
}  // namespace forerun
