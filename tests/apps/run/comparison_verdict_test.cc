#include "apps/forerun/run/comparison_verdict.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using testing::forerun_with;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Outcome;
using testing::small_config;
using ::testing::StartsWith;
using testing::TemporaryDirectory;
using Json = nlohmann::json;

/// Runs that have taken such seconds, without any work.
class ComparisonVerdict : public ::testing::Test {
 protected:
  void add(const std::string& name, double seconds, double modelled, Termination termination = Termination::converged) {
    CorrectorRun run;
    run.corrector.name = name;
    run.record.termination = termination;
    run.record.seconds.total = seconds;
    run.record.seconds.fit = 0.6 * seconds;
    if (termination == Termination::converged) {
      run.measured_speedup = serial_seconds_ / seconds;
      run.modelled = ModelledSpeedup{8, modelled};
    }
    comparison_.runs.push_back(std::move(run));
  }
  void solve_serially() {
    comparison_.serial_fine.emplace();
    comparison_.serial_fine->seconds = serial_seconds_;
  }
  Verdict verdict() {
    solve_serially();
    return *comparison_verdict(comparison_, experiment_);
  }

  double serial_seconds_ = 2.0;
  Comparison comparison_;
  Experiment experiment_ = make_experiment(ConfigDocument::parse(small_config, "small.toml"));
};

TEST_F(ComparisonVerdict, WhereSerialSteppingWinsThatStandsFirst) {
  add("classic", 40.0, 0.25);
  add("randnet", 8.0, 0.5);
  const Verdict found = verdict();
  EXPECT_EQ(found.winner, Verdict::Winner::serial);
  EXPECT_DOUBLE_EQ(*found.speedup, 0.25) << "of the fastest";
  ASSERT_EQ(found.sentences.size(), 2U);
  EXPECT_EQ(found.sentences[0],
            "Serial stepping wins here: it takes 2.00 s, randnet, the fastest of the others, 8.00 s, 60 % of it on "
            "fitting (measured on 1 thread).");
  EXPECT_EQ(found.sentences[1],
            "Modelled on 8 processors serial stepping wins, too: randnet is 0.500x as fast as serial stepping there.");
}

TEST_F(ComparisonVerdict, TheFastestRunWinsWhereItBeatsSerialStepping) {
  add("classic", 1.5, 6.0);
  add("auto", 0.5, 5.0);
  const Verdict found = verdict();
  EXPECT_EQ(found.winner, Verdict::Winner::parallel);
  EXPECT_EQ(found.sentences[0],
            "auto wins: 4.00x as fast as serial stepping, 500 ms against 2.00 s (measured on 1 thread).");
  EXPECT_THAT(found.sentences[1], AllOf(StartsWith("Modelled on 8 processors"), HasSubstr("classic is 6.00x")))
      << "the best of the model need not be that of the clock";
}

TEST_F(ComparisonVerdict, SaysWhatFineWorkTheFastestSaves) {
  add("classic", 1.5, 6.0);
  add("auto", 0.5, 5.0);
  EXPECT_EQ(verdict().sentences.size(), 2U) << "no more than classic Parareal";
  for (CorrectorRun& run : comparison_.runs) {
    run.record.iterations.resize(1);
    run.record.iterations.front().fine_work = run.corrector.name == "auto" ? 4.0 : 90.0;
  }
  ASSERT_EQ(verdict().sentences.size(), 3U);
  EXPECT_EQ(verdict().sentences[1], "auto takes 4.00 full fine sweeps in place of classic Parareal's 90.0.");
}

TEST_F(ComparisonVerdict, AModelThatDisagreesWithTheClockDoesNotSayToo) {
  add("auto", 0.5, 0.5);
  EXPECT_THAT(verdict().sentences[1], StartsWith("Modelled on 8 processors serial stepping wins: auto is 0.500x"));
}

TEST_F(ComparisonVerdict, WhereTimesAreCloseNobodyWins) {
  add("auto", 1.98, 3.0);
  EXPECT_EQ(verdict().winner, Verdict::Winner::neither);
  EXPECT_THAT(verdict().sentences[0], StartsWith("Nobody wins here: auto takes 1.98 s, serial stepping 2.00 s"));
}

TEST_F(ComparisonVerdict, ARunThatDidNotConvergeHasNotWon) {
  add("auto", 0.1, 9.0, Termination::iteration_limit);
  const Verdict found = verdict();
  EXPECT_EQ(found.winner, Verdict::Winner::serial);
  EXPECT_FALSE(found.speedup);
  EXPECT_EQ(found.sentences[0], "Serial stepping wins: it takes 2.00 s (measured), and the run did not converge.");
}

TEST_F(ComparisonVerdict, WithoutASerialSolutionOrBeforeTheEndThereIsNone) {
  add("auto", 0.1, 9.0);
  EXPECT_FALSE(comparison_verdict(comparison_, experiment_)) << "no reference";
  solve_serially();
  comparison_.running = true;
  EXPECT_FALSE(comparison_verdict(comparison_, experiment_));
}

TEST(Verdicts, ComparisonsAndRunsWithReferenceCloseWithOne) {
  const TemporaryDirectory directory;
  const std::string config = directory.write("small.toml", small_config);
  const Json json = Json::parse(forerun_with({"compare", config, "--quiet", "--json", "-"}).out);
  const Json& verdict = json.at("verdict");
  EXPECT_EQ(verdict.at("basis"), "measured");
  double best = 0.0;
  for (const Json& run : json.at("runs")) best = std::max(best, run.at("measured_speedup").get<double>());
  EXPECT_EQ(verdict.at("speedup"), best);
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"compare", config, "--quiet"}, {"run", config, "--reference", "--quiet"}}) {
    const std::string text = forerun_with(words).out;
    const std::string last = text.substr(text.rfind("\n\n") + 2);
    EXPECT_THAT(last, AllOf(HasSubstr("serial stepping"), HasSubstr("easured"), EndsWith(".\n")));
  }
  EXPECT_TRUE(Json::parse(forerun_with({"run", config, "--quiet", "--json", "-"}).out).at("verdict").is_null());
}

}  // namespace
}  // namespace forerun
