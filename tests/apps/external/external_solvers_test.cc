// Solvers that are not ours, by the command line: in all that a solver is used for, and with all that can go wrong.
#include <gmock/gmock.h>

#include <cmath>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "apps/forerun/config/config.h"
#include "core/files/npy_file.h"
#include "tests/apps/process.h"
#include "tests/solvers/external/surroundings.h"
#include "tests/solvers/external/van_der_pol.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using testing::content_of;
using ::testing::ElementsAre;
using testing::forerun_with;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Outcome;
using testing::Process;
using testing::Surroundings;
using testing::wait_for_text;
using Json = nlohmann::json;
using Words = std::vector<std::string>;

const std::string kExamples = FORERUN_SOURCE_DIR "/data/examples/";
const std::string kFaulty = FORERUN_SOURCE_DIR "/tests/solvers/external/faulty_worker.py";

class ExternalSolvers : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& content) const {
    write_bytes(surroundings_ / name, content);
    return (surroundings_ / name).string();
  }
  std::string place(const std::string& name) const { return (surroundings_ / name).string(); }
  /// The oscillator by the worker in C.
  std::string oscillator(const std::string& fine, const std::string& coarse, const std::string& more = "") const {
    return write("oscillator.toml",
                 "[problem]\nname = \"external\"\ndimension = 2\ninitial_state = [2.0, 0.0]\n"
                 "bounds = [-3.0, 3.0]\n[time]\nend = 10.0\nslices = 16\n[fine]\n" +
                     fine + "\n[coarse]\n" + coarse + "\n[run]\nthreads = 2\n" + more);
  }
  static std::string worker(int steps) {
    return "worker = [\"" FORERUN_EXAMPLE_WORKER "\", \"" + std::to_string(steps) + "\"]\n";
  }
  static std::string library(int steps) {
    return "library = \"" FORERUN_EXAMPLE_LIBRARY "\"\nargument = \"" + std::to_string(steps) + "\"\n";
  }
  std::string faulty(const std::string& how, const std::string& more = "") const {
    return "worker = [\"python3\", \"" + kFaulty + "\", \"" + how + "\"]\n" + more;
  }
  /// The serial solution that all of them should come to.
  static States expected() {
    const TimeGrid grid(0.0, 10.0, 16);
    States states(2, 17);
    states.col(0) << 2.0, 0.0;
    for (Index n = 0; n < 16; ++n) states.col(n + 1) = testing::van_der_pol(grid.slice(n), states.col(n), 400);
    return states;
  }
  void TearDown() override {
    EXPECT_THAT(surroundings_.left_behind(), IsEmpty());
    EXPECT_FALSE(Surroundings::has_zombie());
  }

  Surroundings surroundings_;
};

TEST_F(ExternalSolvers, TheExamplesRun) {
  for (const std::string name : {"external_worker.toml", "external_command.toml"}) {
    const Outcome outcome = forerun_with({"run", kExamples + name, "--set", "corrector.name=classic", "--quiet"});
    EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err << outcome.out;
  }
}

TEST_F(ExternalSolvers, WorkersAndLibrariesComeToTheSerialSolution) {
  for (const auto& fine : {worker(400), library(400)}) {
    for (const auto& coarse : {worker(8), library(8)}) {
      const std::string out = place("out");
      const Outcome outcome = forerun_with(
          {"compare", oscillator(fine, coarse), "--correctors", "classic,randnet", "--out", out, "--quiet"});
      ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
      for (const std::string corrector : {"serial-fine", "classic", "randnet"}) {
        const States found = read_npy_matrix(out + "/boundaries-" + corrector + ".npy");
        EXPECT_LT((found - expected()).cwiseAbs().maxCoeff(), 1e-5) << corrector;
      }
      const Json record = Json::parse(content_of(out + "/record.json"));
      EXPECT_EQ(record.at("problem").at("name"), "external");
      EXPECT_EQ(forerun_with({"report", out}).status, ExitStatus::ok);
      EXPECT_THAT(content_of(out + "/report.html"), HasSubstr(fine.substr(0, 6)));
      EXPECT_EQ(forerun_with({"scale", out}).status, ExitStatus::ok);
      std::filesystem::remove_all(out);
    }
  }
}

TEST_F(ExternalSolvers, ResultsDoNotDependOnThreadsNorOnProcesses) {
  std::string states;
  for (const std::string processes : {"1", "2", "7"}) {
    const std::string out = place("out");
    const Outcome outcome = forerun_with({"run", oscillator(worker(400) + "processes = " + processes, worker(8)),
                                          "--out", out, "--quiet", "--threads", "3"});
    ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
    const std::string bytes = content_of(out + "/boundaries-auto.npy");
    EXPECT_EQ(bytes, states.empty() ? bytes : states);
    states = bytes;
    const Json record = Json::parse(content_of(out + "/record.json"));
    EXPECT_EQ(record.at("threads"), processes == "7" ? 7 : 3);
    std::filesystem::remove_all(out);
  }
}

TEST_F(ExternalSolvers, ALadderOfThemIsClimbedAndItsCheapestLevelRunsAhead) {
  const auto level = [](int steps) {
    return "{worker = [\"" FORERUN_EXAMPLE_WORKER "\", \"" + std::to_string(steps) +
           "\"], work = " + std::to_string(steps) + "}";
  };
  const std::string levels = "levels = [" + level(8) + ", " + level(50) + ", " + level(400) + "]\nprocesses = 2";
  const std::string out = place("out");
  const Outcome outcome = forerun_with({"compare", oscillator(levels, ""), "--correctors", "classic", "--out", out});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const Json record = Json::parse(content_of(out + "/record.json"));
  EXPECT_EQ(record.at("levels").size(), 3U);
  EXPECT_LT(record.at("runs").at(0).at("effective_sweeps"), record.at("runs").at(0).at("iterations"));
  EXPECT_EQ(forerun_with({"report", out}).status, ExitStatus::ok);
}

TEST_F(ExternalSolvers, OneTakesThePlaceOfAnEquationsOwnIntegrator) {
  const std::string config = write("lorenz.toml",
                                   "[problem]\nname = \"dahlquist\"\n[time]\nend = 1.0\nslices = 4\n[fine]\nformat = "
                                   "\"csv\"\ncommand = [\"sh\", \"-c\", \"awk '{print $1 * 0.5}' $1 > $2\", \"sh\", "
                                   "\"{input}\", \"{output}\"]\n[coarse]\nmethod = \"rk1\"\nsteps = 1\n");
  const Outcome outcome = forerun_with({"run", config, "--out", place("out"), "--quiet"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const States states = read_npy_matrix(place("out/boundaries-auto.npy"));
  for (Index n = 0; n < 4; ++n) EXPECT_NEAR(states(0, n + 1), 0.5 * states(0, n), 1e-5 * states(0, 0));
}

TEST_F(ExternalSolvers, TheConfigurationThatIsKeptReadsBackAsItself) {
  const std::string out = place("out");
  const std::string levels =
      "levels = [{worker = [\"./w o\", \"a\\\"b\"]}, {command = [\"./c\", \"{input}\", \"{output}\"], "
      "format = \"csv\", work = 5.0}, {library = \"l.so\", exclusive = true, work = 7.0}]\n";
  const ConfigDocument document = ConfigDocument::read(oscillator(levels, library(8)));
  const RunConfig config = read_config(document);
  const std::string text = to_toml(config, std::nullopt);
  const RunConfig again = read_config(ConfigDocument::parse(text, "/elsewhere/config.toml"));
  EXPECT_EQ(again.fine_levels.solvers, config.fine_levels.solvers) << text;
  EXPECT_EQ(again.coarse, config.coarse);
  EXPECT_EQ(again.initial_values, config.initial_values);
  EXPECT_EQ(to_toml(again, std::nullopt), text);
}

TEST_F(ExternalSolvers, ADryRunStartsNothingAndSaysWhatWouldBe) {
  const Outcome outcome = forerun_with({"run", oscillator(faulty("dies_at_start"), worker(8)), "--dry-run"});
  EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("one fine pass       16 slices by worker [\"python3\", "),
                                 HasSubstr("whatever [fine] and [coarse] solve")));
}

TEST_F(ExternalSolvers, WhatCannotBeIsRefusedWithItsPlace) {
  const auto refusal = [&](const std::string& fine, const std::string& coarse) {
    const Outcome outcome = forerun_with({"run", oscillator(fine, coarse), "--out", place("out")});
    EXPECT_EQ(outcome.status, ExitStatus::usage) << outcome.err;
    EXPECT_FALSE(std::filesystem::exists(place("out")));
    return outcome.err;
  };
  const std::string w = worker(8);
  EXPECT_THAT(refusal("command = [\"./gone\", \"{input}\", \"{output}\"]", w),
              AllOf(HasSubstr("oscillator.toml:10: [fine] command: "), HasSubstr("/gone is not there")));
  EXPECT_THAT(refusal("command = [\"no-such-program\", \"{input}\", \"{output}\"]", w), HasSubstr("no-such-program"));
  EXPECT_THAT(refusal("command = \"./solver\"", w), HasSubstr("must be a list of words like"));
  EXPECT_THAT(refusal("command = [1, 2]", w), HasSubstr("command = [1, 2]: must be a list of words"));
  EXPECT_THAT(refusal("command = []", w), HasSubstr("must begin with the name of a program"));
  EXPECT_THAT(refusal("command = [\"sh\", \"{inptu}\", \"{output}\"]", w), HasSubstr("did you mean {input}?"));
  EXPECT_THAT(refusal(w + "method = \"rk4\"", w), HasSubstr("method = 'rk4': must be left out beside 'worker'"));
  EXPECT_THAT(refusal(w + "levels = \"auto\"", w), HasSubstr("levels = 'auto': must be left out beside 'worker'"));
  EXPECT_THAT(refusal(w + "library = \"l.so\"", w), HasSubstr("worker and library are given: must be one of them"));
  EXPECT_THAT(refusal(w + "function = \"f\"", w), HasSubstr("function = 'f': must be left out, a worker has none"));
  EXPECT_THAT(refusal(w + "format = \"csv\"", w), HasSubstr("must be left out, a worker has none"));
  EXPECT_THAT(refusal(library(8) + "function = \"f\"", w), HasSubstr("[fine] function = \"f\": must be a function of"));
  EXPECT_THAT(refusal("library = \"no.so\"", w), HasSubstr("[fine] library = \"no.so\": must be a shared library"));
  EXPECT_THAT(refusal("processes = 3", w), HasSubstr("there is no command, worker or library"));
  EXPECT_THAT(refusal("method = \"rk4\"\nsteps = 4", w), HasSubstr("there is no equation to integrate"));
  EXPECT_THAT(refusal("", w), HasSubstr("[fine] has no solver: must have a 'command', a 'worker' or a 'library'"));
  EXPECT_THAT(refusal(w, ""), HasSubstr("[coarse] has no solver"));
  EXPECT_THAT(refusal("levels = [{worker = [\"sh\"]}, {worker = [\"sh\"], work = 0.5}]", ""),
              HasSubstr("work = 0.5: must be more than that of the level before, 1.0"));
  EXPECT_THAT(refusal("levels = [{worker = [\"sh\"]}, {wroker = [\"sh\"]}]", ""), HasSubstr("did you mean 'worker'?"));
  EXPECT_THAT(refusal("levels = [{worker = [\"sh\"]}, 4]", ""), HasSubstr("must be tables like"));
  EXPECT_THAT(refusal("levels = [{work = 1.0}]", ""), HasSubstr("each must have a command, a worker or a library"));
  EXPECT_THAT(refusal("levels = [{worker = [\"./gone\"]}, {worker = [\"sh\"]}]", ""),
              HasSubstr("[fine] worker: " + place("gone") + " is not there"));
}

TEST_F(ExternalSolvers, TheProblemIsGivenWholeOrRefused) {
  const auto refusal = [&](const std::string& problem) {
    const std::string config =
        write("p.toml", "[problem]\nname = \"external\"\n" + problem + "\n[time]\nend = 1.0\nslices = 2\n[fine]\n" +
                            worker(8) + "[coarse]\n" + worker(1));
    const Outcome outcome = forerun_with({"run", config, "--quiet"});
    return outcome.status == ExitStatus::ok ? "" : outcome.err;
  };
  write("start.csv", "2.0, 0.0\n");
  EXPECT_EQ(refusal("dimension = 2\ninitial_state = [2, 0.0]"), "");
  EXPECT_EQ(refusal("dimension = 2\ninitial_state = \"start.csv\"\nbounds = [[-3.0, 3.0], [-4, 4]]"), "");
  EXPECT_THAT(refusal("initial_state = [1.0]"), HasSubstr("has no 'dimension'"));
  EXPECT_THAT(refusal("dimension = 2"), HasSubstr("has no 'initial_state'"));
  EXPECT_THAT(refusal("dimension = 3\ninitial_state = [1.0]"), HasSubstr("has 1 values: must be 3"));
  EXPECT_THAT(refusal("dimension = 2\ninitial_state = [1.0, \"a\"]"), HasSubstr("must be a list of numbers"));
  EXPECT_THAT(refusal("dimension = 2\ninitial_state = [1.0, inf]"), HasSubstr("must be finite"));
  EXPECT_THAT(refusal("dimension = 2\ninitial_state = [1.0, 1]\nbounds = [1.0]"), HasSubstr("bounds = [1"));
  EXPECT_THAT(refusal("dimension = 2\ninitial_state = [1.0, 1]\nbounds = [1.0, 0.0]"),
              HasSubstr("lowest of each pair first"));
  EXPECT_THAT(refusal("dimension = 0\ninitial_state = [1.0, 1]"), HasSubstr("dimension = 0: must be an integer ≥ 1"));
}

TEST_F(ExternalSolvers, APlanTriesThemOnOtherSlices) {
  for (const auto& [fine, coarse] : {std::pair(worker(400), worker(8)), std::pair(library(400), library(8))}) {
    const Outcome outcome =
        forerun_with({"plan", oscillator(fine, coarse), "--budget", "100", "--json", "-", "--quiet"});
    ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
    const Json plan = Json::parse(outcome.out);
    std::vector<Index> slices;
    for (const Json& trial : plan.at("trials")) {
      EXPECT_TRUE(trial.at("solved")) << trial.dump();
      EXPECT_EQ(trial.at("trial").at("fine"), trial.at("fine")) << "it serves itself";
      slices.push_back(trial.at("slices"));
    }
    EXPECT_THAT(slices, ElementsAre(16, 32, 8));
    EXPECT_TRUE(plan.at("methods").at(0).at("solved")) << "MGRIT takes any solver";
    EXPECT_TRUE(plan.at("serial").is_null());
  }
}

TEST_F(ExternalSolvers, ACheapLevelStandsInForTheFineSolverOfAPlan) {
  const auto level = [](int steps) {
    return R"({worker = [")" FORERUN_EXAMPLE_WORKER R"(", ")" + std::to_string(steps) + R"("], work = )" +
           std::to_string(steps) + ".0}";
  };
  const std::string levels = "levels = [" + level(8) + ", " + level(64) + ", " + level(4000) + "]\n";
  const std::string config = oscillator(levels, worker(4));
  const Json plan = Json::parse(forerun_with({"plan", config, "--budget", "100", "--json", "-", "--quiet"}).out);
  EXPECT_THAT(plan.at("trials").at(0).at("trial").at("fine").at("solver"), HasSubstr("\"64\""));
  EXPECT_TRUE(plan.at("ladder").at("configured"));
  EXPECT_THAT(forerun_with({"plan", config, "--budget", "100", "--quiet"}).out,
              HasSubstr("No other solver was measured in series"));
}

TEST_F(ExternalSolvers, APlanThatCannotAffordAnIterationSaysSo) {
  const std::string config = oscillator(worker(400), worker(8));
  const Outcome plan = forerun_with({"plan", config, "--budget", "1e-6", "--quiet"});
  EXPECT_EQ(plan.status, ExitStatus::ok) << plan.err;
  EXPECT_THAT(plan.out, AllOf(HasSubstr("Trial not solved with 16 slices"), HasSubstr("(--budget)")));
}

TEST_F(ExternalSolvers, AFailureFromTheInitialStateIsThePlansToo) {
  const Outcome plan = forerun_with({"plan", oscillator(faulty("dies"), worker(8)), "--quiet"});
  EXPECT_EQ(plan.status, ExitStatus::solver_failed) << plan.err;
  EXPECT_THAT(plan.err, HasSubstr("segment is at fault"));
}

TEST_F(ExternalSolvers, AFailureFromTheInitialStateIsTheRunsAndQuotesTheSolver) {
  const auto failure = [&](const std::string& fine) {
    const Outcome outcome = forerun_with({"run", oscillator(fine, worker(8)), "--quiet", "--set", "time.slices=2"});
    EXPECT_EQ(outcome.status, ExitStatus::solver_failed) << outcome.err;
    return outcome.err + outcome.out;
  };
  EXPECT_THAT(failure(faulty("dies")), HasSubstr("its standard error says \"segment is at fault\""));
  EXPECT_THAT(failure(faulty("gives_nan")), HasSubstr("gave nan as component 1"));
  EXPECT_THAT(failure(faulty("too_few")), HasSubstr("after 28 bytes of its answer"));
  EXPECT_THAT(failure(faulty("prints_text")), HasSubstr("must begin with FORERUNW"));
  EXPECT_THAT(failure("command = [\"sh\", \"-c\", \"echo no licence >&2; exit 3\", \"sh\", \"{input}\", \"{output}\"]"),
              AllOf(HasSubstr("ended with status 3"), HasSubstr("no licence")));
  EXPECT_THAT(failure("command = [\"sh\", \"-c\", \"true\", \"sh\", \"{input}\", \"{output}\"]"),
              HasSubstr("wrote no {output}"));
}

TEST_F(ExternalSolvers, AFailureFromAPredictedStateCostsNoRun) {
  // Refuses to start from where the solution never is; the coarse solver predicts such states.
  const std::string script =
      "awk 'NR == 1 {x = $1} NR == 2 {v = $1} END {if (x > 1.2) exit 1; print x * 0.9; print v}' $1 > $2";
  const std::string command =
      "format = \"csv\"\ncommand = [\"sh\", \"-c\", \"" + script + "\", \"sh\", \"{input}\", \"{output}\"]\n";
  const std::string wild =
      "format = \"csv\"\ncommand = [\"sh\", \"-c\", \"awk '{print $1 * 1.1 + 0.1}' $1 > $2\", \"sh\", "
      "\"{input}\", \"{output}\"]\n";
  const std::string config = write("c.toml",
                                   "[problem]\nname = \"external\"\ndimension = 2\ninitial_state = [1.0, 0.0]\n"
                                   "[time]\nend = 1.0\nslices = 6\n[fine]\n" +
                                       command + "[coarse]\n" + wild + "[corrector]\nname = \"classic\"\n");
  const Outcome outcome = forerun_with({"run", config, "--out", place("out"), "--quiet"});
  EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const States states = read_npy_matrix(place("out/boundaries-classic.npy"));
  EXPECT_NEAR(states(0, 6), std::pow(0.9, 6), 1e-6);
}

TEST_F(ExternalSolvers, ASliceThatTakesTooLongEndsTheRunAndTheProgram) {
  for (const std::string how : {"hangs", "hangs_on"}) {
    const Outcome outcome = forerun_with({"run", oscillator(faulty(how, "slice_timeout = 0.5"), worker(8)), "--quiet"});
    EXPECT_EQ(outcome.status, ExitStatus::solver_failed);
    EXPECT_THAT(outcome.err + outcome.out, HasSubstr("slice_timeout = 0.5 s"));
  }
}

TEST_F(ExternalSolvers, ACampaignTellsThemWhatVariesOrIsRefused) {
  const auto campaign = [&](const std::string& script) {
    const std::string config =
        write("family.toml",
              "[problem]\nname = \"hopf\"\n[time]\nend = 2.0\nslices = 4\n[fine]\ncommand = [\"sh\", "
              "\"-c\", \"" +
                  script +
                  "\", \"sh\", \"{input}\", \"{output}\"]\n[coarse]\nmethod = "
                  "\"rk1\"\nsteps = 2\n[campaign]\nruns = 2\n[lowest]\nramp_time = 400.0\n[highest]\n"
                  "ramp_time = 600.0\n");
    return forerun_with({"campaign", config, "--out", place("family"), "--quiet"});
  };
  const Outcome refused = campaign("cp $1 $2");
  EXPECT_EQ(refused.status, ExitStatus::usage);
  EXPECT_THAT(refused.err, HasSubstr("family.toml:7: [fine] command: must be told by {ramp_time} what varies"));
  const Outcome told = campaign("cp $1 $2; echo {ramp_time} >> " + place("told"));
  EXPECT_EQ(told.status, ExitStatus::ok) << told.err;
  std::set<std::string> values;
  std::ifstream file(place("told"));
  for (std::string value; file >> value;) values.insert(value);
  EXPECT_EQ(values.size(), 2U) << "of the two runs";
}

TEST_F(ExternalSolvers, ACampaignOverInitialStatesLearnsAndChecksItsStoreByTheConfiguredSolvers) {
  write("states.csv", "2.0, 0.0\n1.9, 0.1\n2.1, -0.1\n1.8, 0.2\n");
  const std::string config =
      oscillator(worker(100), worker(4), "[campaign]\nruns = 2\ninitial_states = \"states.csv\"\n");
  const Words words{"campaign", config, "--out", place("family"), "--quiet"};
  const Outcome first = forerun_with(words);
  ASSERT_EQ(first.status, ExitStatus::ok) << first.err;
  Words shared{"campaign", config,           "--out", place("second"), "--store", place("family/store"),
               "--set",    "campaign.seed=2"};
  const Outcome second = forerun_with(shared);
  EXPECT_EQ(second.status, ExitStatus::ok) << second.err;
  EXPECT_THAT(second.err, Not(HasSubstr("not learned from")));
  const Outcome train = forerun_with({"train", place("family/store")});
  EXPECT_EQ(train.status, ExitStatus::usage);
  EXPECT_THAT(train.err, HasSubstr("which is not run because a store says so"));
}

TEST_F(ExternalSolvers, ARunThatIsKilledLeavesNothingAndGoesOn) {
  const std::string out = place("out");
  const std::string slow =
      "format = \"csv\"\ncommand = [\"sh\", \"-c\", \"sleep 0.02; awk '{print $1 * 0.9}' $1 > $2; true\", "
      "\"sh\", \"{input}\", \"{output}\"]\n";
  const std::string config = oscillator(slow, "format = \"csv\"\ncommand = [\"cp\", \"{input}\", \"{output}\"]\n",
                                        "checkpoint_seconds = 0.0\n");
  {
    Process process = Process::program({"run", config, "--out", out}, place("err"));
    wait_for_text(place("err"), "iteration 2");
    process.signal(SIGKILL);
    process.wait();
  }
  EXPECT_THAT(surroundings_.left_behind(), IsEmpty());
  const Outcome resumed = forerun_with({"resume", out, "--quiet"});
  EXPECT_EQ(resumed.status, ExitStatus::ok) << resumed.err;
  const Outcome whole = forerun_with({"run", config, "--out", place("whole"), "--quiet"});
  EXPECT_EQ(content_of(out + "/boundaries-auto.npy"), content_of(place("whole/boundaries-auto.npy")));
}

TEST_F(ExternalSolvers, ASignalEndsThemWithTheRun) {
  const std::string fine = "command = [\"sh\", \"-c\", \"sleep 1000; true\", \"sh\", \"{input}\", \"{output}\"]\n";
  for (const std::string& solver : {fine, faulty("hangs")}) {
    Process process = Process::program({"run", oscillator(solver, worker(8))}, place("err"));
    while (surroundings_.processes().size() < 4) Process::pause();  // forerun, its guardian, and at least two more
    process.signal(SIGTERM);
    EXPECT_EQ(process.wait(), 143) << content_of(place("err"));
    EXPECT_THAT(surroundings_.left_behind(), IsEmpty());
  }
}

}  // namespace
}  // namespace forerun
