#include <gmock/gmock.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <stop_token>
#include <thread>

#include "core/base/errors.h"
#include "core/base/stop_scope.h"
#include "solvers/external/external_propagator.h"
#include "tests/conformance/propagator_laws.h"
#include "tests/solvers/external/surroundings.h"
#include "tests/solvers/external/van_der_pol.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Surroundings;

class Command : public ::testing::Test {
 protected:
  static ExternalSpec shell(const std::string& script) {
    return {.kind = ExternalKind::command,
            .words = {"sh", "-c", script, "solver", "{input}", "{output}", "{t0}", "{t1}"}};
  }
  static ExternalSpec by_csv(const std::string& script) {
    ExternalSpec spec = shell(script);
    spec.format = StateFormat::csv;
    return spec;
  }
  /// What a solver of states of `dimension` numbers is said to have done wrong.
  std::string failure(const ExternalSpec& spec, Index dimension = 2) const {
    const auto solver = make_external_propagator(spec, {.dimension = dimension});
    State out(dimension);
    try {
      solver->propagate({3, 0.5, 0.75}, State::Ones(dimension), out);
    } catch (const PropagationError& error) {
      EXPECT_EQ(error.time(), 0.5);
      return error.what();
    }
    return "";
  }
  static std::string refusal(const ExternalSpec& spec) {
    try {
      make_external_propagator(spec, {.dimension = 2})->open();
    } catch (const ParameterError& error) {
      return error.name() + "|" + error.what();
    }
    return "";
  }
  void TearDown() override {
    EXPECT_THAT(surroundings_.left_behind(), IsEmpty());
    EXPECT_FALSE(Surroundings::has_zombie());
  }

  Surroundings surroundings_;
};

TEST_F(Command, ObeysTheLawsOfPropagators) {
  const auto solver = make_external_propagator({.kind = ExternalKind::command,
                                                .words = {"python3", FORERUN_SOURCE_DIR "/data/examples/command.py",
                                                          "{input}", "{output}", "{t0}", "{t1}", "20"},
                                                .format = StateFormat::csv},
                                               {.dimension = 2, .callers = 4});
  const TimeGrid grid(0.0, 1.0, 2);
  const States states = States::Random(2, 2);
  conformance::expect_propagator_laws(*solver, grid, states);
  for (Index n = 0; n < 2; ++n) {
    State out(2);
    solver->propagate(grid.slice(n), states.col(n), out);
    EXPECT_LT((out - testing::van_der_pol(grid.slice(n), states.col(n), 20)).cwiseAbs().maxCoeff(), 1e-14);
  }
}

TEST_F(Command, StatesAndTimesArriveToTheLastBit) {
  const State state{{1.0 / 3.0, -1e-300, 6.02e23}};
  const Slice slice{1, 0.1, 0.1 + 0.2};
  const std::string times = (surroundings_ / "times").string();
  for (const ExternalSpec& spec :
       {shell("cp $1 $2; echo $3 $4 > " + times), by_csv("cp $1 $2; echo $3 $4 > " + times)}) {
    State out(3);
    make_external_propagator(spec, {.dimension = 3})->propagate(slice, state, out);
    EXPECT_EQ(out, state);
    std::ifstream file(times);
    double begin = 0.0, end = 0.0;
    file >> begin >> end;
    EXPECT_EQ(begin, slice.begin);
    EXPECT_EQ(end, slice.end);
  }
}

TEST_F(Command, TheProblemsParametersAreFilledIn) {
  ExternalSpec spec = by_csv("echo $5 > $2");
  spec.words.push_back("{nu}");
  State out(1);
  make_external_propagator(spec, {.dimension = 1, .parameters = {{"nu", "0.25"}}})
      ->propagate({0, 0, 1}, State{{1.0}}, out);
  EXPECT_EQ(out[0], 0.25);
}

TEST_F(Command, ProgramsStartInTheDirectoryThatIsNamed) {
  ExternalSpec spec = by_csv("cat beside.csv > $2");
  write_bytes(surroundings_ / "beside.csv", "7\n");
  spec.directory = surroundings_.path().string();
  State out(1);
  make_external_propagator(spec, {.dimension = 1})->propagate({0, 0, 1}, State{{1.0}}, out);
  EXPECT_EQ(out[0], 7.0);
}

TEST_F(Command, AFailureQuotesStatusAndTheEndOfStandardError) {
  EXPECT_EQ(failure(shell("echo no convergence >&2; exit 3")),
            "'sh -c echo no convergence >&2; exit 3' ended with status 3; its standard error says \"no convergence\"");
  EXPECT_THAT(failure(shell("kill -9 $$")), HasSubstr("was ended by signal 9 (Killed)"));
  EXPECT_THAT(failure(shell("exit 3")), AllOf(HasSubstr("ended with status 3"), Not(HasSubstr("standard error"))));
  EXPECT_THAT(failure(shell("yes blah | head -c 3000000 >&2; echo; echo the end >&2; exit 1")),
              AllOf(HasSubstr("ends with \"…"), HasSubstr("blah | the end\"")));
}

TEST_F(Command, AnOutputThatIsNoStateIsRefusedWithWhatItIs) {
  EXPECT_THAT(failure(shell("echo warned >&2")), HasSubstr("wrote no {output}; its standard error says \"warned\""));
  EXPECT_THAT(failure(shell("cp $1 $2"), 2), IsEmpty());
  EXPECT_THAT(failure(by_csv("printf '1\\n2\\n3\\n' > $2")), HasSubstr("wrote a state of 3 components: must be 2"));
  EXPECT_THAT(failure(by_csv("echo 1 > $2")), HasSubstr("wrote a state of 1 components: must be 2"));
  EXPECT_THAT(failure(by_csv("echo 1 nan > $2")),
              HasSubstr("wrote an {output} that is no state:1: 'nan' is not finite"));
  EXPECT_THAT(failure(by_csv("echo 1 x > $2")), HasSubstr("'x' is not a number"));
  EXPECT_THAT(failure(by_csv(": > $2")), HasSubstr("holds no numbers"));
  EXPECT_THAT(failure(shell(": > $2")), HasSubstr("not a NumPy array"));
  EXPECT_THAT(failure(shell("head -c 140 $1 > $2")), HasSubstr("its shape needs"));
  EXPECT_THAT(failure(shell("sed 's/<f8/<f4/' $1 > $2")), HasSubstr("of type '<f4', not '<f8'"));
  EXPECT_THAT(failure(shell("mkdir $2")), HasSubstr("wrote"));
  EXPECT_THAT(failure(shell("head -c 2000000 /dev/zero > $2")), HasSubstr("wrote an {output} of 2e6 bytes"));
}

TEST_F(Command, ProgramsThatAreNoneAreRefusedBeforeWorkStarts) {
  const auto words = [](const std::string& program) {
    return ExternalSpec{.kind = ExternalKind::command, .words = {program, "{input}", "{output}"}};
  };
  EXPECT_EQ(refusal(words("sh")), "");
  EXPECT_THAT(refusal(words("no-such-program")), HasSubstr("command|command: there is no program 'no-such-program'"));
  write_bytes(surroundings_ / "script", "#!/bin/sh\n");
  const std::string script = (surroundings_ / "script").string();
  EXPECT_EQ(refusal(words(script)), "command|command: " + script + " is not executable: must be a program");
  EXPECT_THAT(refusal(words("/nowhere/solver")), HasSubstr("/nowhere/solver is not there"));
  EXPECT_THAT(refusal(words("/tmp")), HasSubstr("is not a file"));
  ::chmod(script.c_str(), 0700);
  EXPECT_EQ(refusal(words(script)), "");
  EXPECT_THAT(failure(words("./gone")), HasSubstr("cannot be started: "));
  write_bytes(surroundings_ / "script", "no program\n");
  EXPECT_THAT(failure(words(script)), HasSubstr("cannot be started: Exec format error"));
}

TEST_F(Command, AStopEndsTheProgramAndWhatItHasStarted) {
  for (const std::string script :
       {"sleep 1000", "sleep 1000 & sleep 1000; wait", "trap '' TERM; sleep 1000; sleep 1000"}) {
    const auto solver = make_external_propagator(shell(script), {.dimension = 2});
    std::stop_source stop;
    const std::stop_token token = stop.get_token();
    const StopScope scope(token);
    std::jthread other([&] {
      while (surroundings_.processes().size() < 3) std::this_thread::yield();
      stop.request_stop();
    });
    State out(2);
    EXPECT_THROW(solver->propagate({0, 0, 1}, State::Ones(2), out), StopRequested) << script;
  }
}

TEST_F(Command, WhatAProgramLeavesRunningEndsWithIt) {
  State out(2);
  make_external_propagator(shell("sleep 1000 & cp $1 $2"), {.dimension = 2})->propagate({0, 0, 1}, State::Ones(2), out);
  EXPECT_EQ(out, State::Ones(2));
}

TEST_F(Command, ProgramsGetNoFileOfOurs) {
  std::ofstream open_file(surroundings_ / "open");
  const std::string list = (surroundings_ / "list").string();
  State out(2);
  make_external_propagator(shell("ls /proc/$$/fd > " + list + "; cp $1 $2"), {.dimension = 2})
      ->propagate({0, 0, 1}, State::Ones(2), out);
  // The shell's own, where it has redirected the output of `ls`.
  EXPECT_THAT(bytes_of(list), ::testing::MatchesRegex("0\n1\n(10\n)?2\n"));
}

TEST_F(Command, NoMoreRunAtOnceThanIsSaid) {
  ExternalSpec spec = shell("mkdir " + (surroundings_ / "one").string() + " && sleep 0.02 && rmdir " +
                            (surroundings_ / "one").string() + " && cp $1 $2");
  spec.processes = 1;
  const auto solver = make_external_propagator(spec, {.dimension = 2, .callers = 4});
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      State out(2);
      EXPECT_NO_THROW(solver->propagate({0, 0, 1}, State::Ones(2), out));
    });
  }
}

TEST_F(Command, SeveralRunAtOnce) {
  // Each waits until both are there.
  const std::string meeting = (surroundings_ / "met").string();
  const auto solver = make_external_propagator(
      shell("echo x >> " + meeting + "; while [ $(wc -l < " + meeting + ") -lt 2 ]; do sleep 0.01; done; cp $1 $2"),
      {.dimension = 2, .callers = 2});
  std::vector<std::jthread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      State out(2);
      EXPECT_NO_THROW(solver->propagate({0, 0, 1}, State::Ones(2), out));
    });
  }
}

TEST_F(Command, AnEndWithoutAWordLeavesNothing) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto solver = make_external_propagator(shell("sleep 1000; sleep 1000"), {.dimension = 2});
    State out(2);
    solver->propagate({0, 0, 1}, State::Ones(2), out);
    ::_exit(0);
  }
  while (surroundings_.processes().size() < 3) std::this_thread::yield();  // the shell, what it runs, the guardian
  EXPECT_THAT(surroundings_.temporary_files(), Not(IsEmpty()));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

}  // namespace
}  // namespace forerun
