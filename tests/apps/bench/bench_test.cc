#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "apps/forerun/bench/bench_probe.h"
#include "apps/forerun/bench/bench_report.h"
#include "apps/forerun/bench/bench_suite.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/precision/median.h"
#include "tests/apps/cli.h"
#include "tests/apps/well_formed.h"

namespace forerun {
namespace {

using testing::content_of;
using ::testing::ElementsAre;
using testing::forerun_with;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::small_config;
using testing::TemporaryDirectory;
using Json = nlohmann::json;

/// A suite of one problem that is solved in milliseconds, with these goals.
std::string write_suite(const TemporaryDirectory& directory, const std::string& goals) {
  directory.write("small.toml", small_config);
  return directory.write("suite.toml", "[small]\ntitle = \"Small, or so\"\nconfig = \"small.toml\"\n" + goals);
}

TEST(PublishedBench, CountsEveryCorrectorOverItsSeeds) {
  const TemporaryDirectory directory;
  const std::string suite = write_suite(directory, "classic = 8\ngoal = 8\nerror_goal = 1e-6\n");
  const auto outcome = forerun_with({"bench", "published", "--suite", suite, "--seeds", "2", "--json", "-", "--quiet"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const Json report = Json::parse(outcome.out);
  EXPECT_EQ(report.at("schema"), "forerun.bench/1");
  std::vector<std::string> correctors;
  for (const Json& row : report.at("measurements")) {
    correctors.push_back(row.at("corrector"));
    EXPECT_EQ(row.at("seeds").get<int>(), row.at("corrector") == "classic" ? 1 : 2);
    EXPECT_LE(row.at("k_least").get<double>(), row.at("k_median").get<double>());
    EXPECT_LE(row.at("k_median").get<double>(), row.at("k_most").get<double>());
    EXPECT_LE(row.at("k_most").get<double>(), 8.0);
    EXPECT_LE(row.at("max_error").get<double>(), 1e-6);
  }
  EXPECT_THAT(correctors, ElementsAre("classic", "randnet-local", "randnet", "kriging", "stencil", "auto"));
  EXPECT_TRUE(report.at("missed").empty());
}

TEST(PublishedBench, SaysPlainlyWhichGoalWasMissed) {
  const TemporaryDirectory directory;
  const std::string suite = write_suite(directory, "goal = 1\nerror_goal = 1e-300\n");
  const std::string out = directory / "out";
  const auto outcome = forerun_with({"bench", "published", "--suite", suite, "--seeds", "1", "--out", out, "--quiet"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("MISSED: Small, or so: auto needs"));
  EXPECT_THAT(outcome.out, HasSubstr("MISSED: Small, or so: auto is off by up to"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("All goals were met")));
  EXPECT_THAT(content_of(out + "/published.md"), HasSubstr("| Small, or so | "));
  EXPECT_THAT(content_of(out + "/published.csv"), HasSubstr("problem,corrector,"));
}

TEST(SpeedBench, CountsThePlanningOfALadderAsWork) {
  const TemporaryDirectory directory;
  const std::string suite = write_suite(directory,
                                        "settings = \"fine.steps=256 time.end=0.5\"\n"
                                        "variants = \"classic,classic+ladder\"\n"
                                        "sweeps_goal = 8.0\nmodelled_goal = 1e9\n");
  const auto outcome = forerun_with(
      {"bench", "speed", "--suite", suite, "--repeats", "2", "--threads", "1,2", "--json", "-", "--quiet"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const Json report = Json::parse(outcome.out);
  const Json& rows = report.at("measurements");
  ASSERT_EQ(rows.size(), 4u);
  for (const Json& row : rows) {
    const bool ladder = row.at("variant") == "classic+ladder";
    EXPECT_EQ(row.at("planning_sweeps").get<double>() > 0.0, ladder);
    EXPECT_GE(row.at("sweeps").get<double>(), 1.0 + row.at("planning_sweeps").get<double>());
    EXPECT_GE(row.at("seconds").get<double>(), row.at("planning_seconds").get<double>());
    EXPECT_EQ(row.at("runs"), 2);
    EXPECT_LE(row.at("max_error").get<double>(), 5e-7);
    EXPECT_GT(row.at("measured_speedup").get<double>(), 0.0);
    EXPECT_GT(row.at("modelled_speedup").get<double>(), 0.0);
  }
  // Work does not depend on the number of threads.
  EXPECT_EQ(rows[0].at("sweeps"), rows[2].at("sweeps"));
  EXPECT_EQ(rows[1].at("sweeps"), rows[3].at("sweeps"));
  ASSERT_EQ(report.at("missed").size(), 1u);
  EXPECT_THAT(report.at("missed")[0].get<std::string>(), HasSubstr("modelled speed-up"));
}

TEST(PrecisionBench, MeasuresSerialSolversAndPararealOverTheFastest) {
  const TemporaryDirectory directory;
  const std::string suite = write_suite(directory,
                                        "errors = \"1e-3,1e-6\"\nmethods = \"rk4,dopri5,backward_euler\"\n"
                                        "reference = \"dopri5 to 1e-12\"\ncheck = \"rk8 x 2000\"\n");
  const std::string out = directory / "out";
  const auto outcome =
      forerun_with({"bench", "precision", "--suite", suite, "--repeats", "1", "--out", out, "--json", "-", "--quiet"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const Json report = Json::parse(outcome.out);
  std::set<std::string> kinds;
  double least = 1.0;
  for (const Json& row : report.at("measurements")) {
    kinds.insert(row.at("kind"));
    EXPECT_GT(row.at("seconds").get<double>(), 0.0);
    const bool reached = row.at("reached") == "yes";
    if (row.at("kind") == "serial") {
      least = std::min(least, row.at("error").get<double>());
    } else if (reached) {
      EXPECT_LE(row.at("error").get<double>(), row.at("wanted").get<double>());
    }
  }
  EXPECT_TRUE(kinds.contains("serial"));
  EXPECT_TRUE(kinds.contains("classic"));
  EXPECT_LE(least, 1e-6);
  EXPECT_FALSE(testing::XmlReader(content_of(out + "/precision.html")).read().empty());
  EXPECT_THAT(content_of(out + "/precision.html"), HasSubstr("Parareal, 2 threads"));
  EXPECT_THAT(content_of(out + "/precision.md"), HasSubstr("| Small, or so | 1.00e-06 |"));
}

TEST(PrecisionBench, RefusesErrorsThatAreNone) {
  const TemporaryDirectory directory;
  const auto outcome =
      forerun_with({"bench", "precision", "--suite", write_suite(directory, "errors = \"1e-3,2\"\n"), "--quiet"});
  EXPECT_EQ(outcome.status, ExitStatus::usage);
  EXPECT_THAT(outcome.err, HasSubstr("errors = '1e-3,2': must be numbers > 0 and < 1"));
}

TEST(SpeedBench, LeavesOutALadderForWhichThereIsNoLevelAndKeepsTheRest) {
  const TemporaryDirectory directory;
  const std::string suite = write_suite(directory,
                                        "settings = \"fine.steps=2\"\n"
                                        "variants = \"classic+ladder,classic\"\n");
  const auto outcome =
      forerun_with({"bench", "speed", "--suite", suite, "--repeats", "2", "--threads", "1", "--json", "-", "--quiet"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const Json report = Json::parse(outcome.out);
  ASSERT_EQ(report.at("measurements").size(), 1u);
  EXPECT_EQ(report.at("measurements")[0].at("variant"), "classic");
  EXPECT_THAT(report.at("warnings").dump(), HasSubstr("Small, or so (1 thread): classic+ladder is left out"));
}

TEST(EmulateBench, RepeatsTheRecordedRunOnWorkersThatWait) {
  const TemporaryDirectory directory;
  const std::string suite = write_suite(directory,
                                        "slice_seconds = 0.002\nstore = \"problem.viscosity=0.06\"\n"
                                        "variants = \"classic,kriging,kriging+store,auto\"\ncold_goal = 1e9\n");
  const auto outcome = forerun_with({"bench", "emulate", "--suite", suite, "--repeats", "2", "--json", "-", "--quiet"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const Json report = Json::parse(outcome.out);
  const Json& rows = report.at("measurements");
  ASSERT_EQ(rows.size(), 4u);
  for (const Json& row : rows) {
    EXPECT_EQ(row.at("workers"), 8);
    EXPECT_DOUBLE_EQ(row.at("serial_seconds").get<double>(), 8 * 0.002);
    EXPECT_GE(row.at("seconds").get<double>(), 0.002 * row.at("iterations").get<double>()) << "each sweep waits";
    EXPECT_LE(row.at("max_error").get<double>(), 5e-7);
  }
  // The goal alone is missed: what was emulated is the recorded run, bit for bit, and converged.
  ASSERT_EQ(report.at("missed").size(), 1u) << report.at("missed");
  EXPECT_THAT(report.at("missed")[0].get<std::string>(), HasSubstr("auto is"));
}

TEST(Bench, RefusesWhatItDoesNotKnowBeforeAnythingRuns) {
  const TemporaryDirectory directory;
  const std::string suite = write_suite(directory, "goal = 8\n");
  const auto refused = [&](std::vector<std::string> words, const std::string& reason) {
    words.insert(words.begin(), "bench");
    const auto outcome = forerun_with(words);
    EXPECT_EQ(outcome.status, ExitStatus::usage) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(reason));
    EXPECT_EQ(outcome.out, "");
  };
  refused({}, "takes one of published, speed, emulate, methods, coarse, configs, precision");
  refused({"sped"}, "did you mean 'speed'");
  refused({"published", "--suite", suite, "--seeds", "0"}, "must be an integer from 1 to 1000");
  refused({"published", "--suite", suite, "--repeats", "2"}, "not an option of forerun bench published");
  refused({"published", "--suite", suite, "--problems", "smal"}, "did you mean 'small'");
  refused({"speed", "--suite", suite, "--threads", "1,x"}, "--threads x: must be an integer");
  refused({"published", "--suite", write_suite(directory, "goals = 8\n")}, "suite.toml:4");
  refused({"emulate", "--suite", write_suite(directory, "variants = \"auto+store\"\n")}, "must have 'store'");
  const std::string learnless = "variants = \"classic+store\"\nstore = \"problem.viscosity=0.06\"\n";
  refused({"emulate", "--suite", write_suite(directory, learnless)}, "must be a corrector that learns");
}

TEST(BenchSuite, ResolvesConfigurationsNextToItAndAppliesSettings) {
  const TemporaryDirectory directory;
  const std::string suite = write_suite(directory, "settings = \"time.slices=4  fine.steps=32\"\n");
  const std::vector<BenchEntry> entries = read_suite(suite, {}, {});
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].title(), "Small, or so");
  EXPECT_EQ(std::get<std::int64_t>(entries[0].document().find("time", "slices")->value), 4);
  EXPECT_EQ(std::get<std::int64_t>(entries[0].document().find("fine", "steps")->value), 32);
}

TEST(BenchSuite, ShippedOnesNameConfigurationsThatExist) {
  for (const std::string file :
       {"/data/references/published_iterations.toml", "/data/benchmarks/speed.toml", "/data/benchmarks/methods.toml",
        "/data/benchmarks/coarse.toml", "/data/benchmarks/precision.toml"}) {
    const ConfigDocument document = ConfigDocument::read(FORERUN_SOURCE_DIR + file);
    for (const std::string& section : document.sections()) {
      const Setting* config = document.find(section, "config");
      ASSERT_NE(config, nullptr) << section;
      const std::filesystem::path directory = std::filesystem::path(document.file_name()).parent_path();
      EXPECT_TRUE(std::filesystem::exists(directory / std::get<std::string>(config->value))) << section;
    }
  }
}

TEST(BenchReport, CsvQuotesCommasAndLeavesMissingNumbersEmpty) {
  BenchReport report;
  report.columns = {"name", "value"};
  report.measurements = {{"a, \"b\"", std::nan("")}, {"c", 0.5}};
  EXPECT_EQ(bench_csv(report), "name,value\n\"a, \"\"b\"\"\",\nc,0.5\n");
}

TEST(BenchReport, MedianOfAnEvenNumberIsTheMeanOfTheTwoInTheMiddle) {
  EXPECT_EQ(median({4.0, 1.0, 3.0, 2.0}), 2.5);
  EXPECT_EQ(median({3.0, 1.0, 2.0}), 2.0);
  EXPECT_THROW(median({}), std::invalid_argument);
}

TEST(CoreProbe, FindsFinitePositiveLimits) {
  const CoreLimits limits = probe_core();
  EXPECT_GT(limits.flops_per_second, 0.0);
  EXPECT_GT(limits.bytes_per_second, 0.0);
  EXPECT_TRUE(std::isfinite(limits.flops_per_second + limits.bytes_per_second));
}

}  // namespace
}  // namespace forerun
