#include <gmock/gmock.h>

#include <chrono>
#include <csignal>
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
using ::testing::SizeIs;
using ::testing::StartsWith;
using testing::Surroundings;

class Worker : public ::testing::Test {
 protected:
  static std::unique_ptr<ExternalPropagator> worker(std::vector<std::string> words, Index dimension = 2,
                                                    int callers = 4) {
    return make_external_propagator({.kind = ExternalKind::worker, .words = std::move(words)},
                                    {.dimension = dimension, .callers = callers});
  }
  std::unique_ptr<ExternalPropagator> faulty(const std::string& how, Index dimension = 2) const {
    return worker({"python3", FORERUN_SOURCE_DIR "/tests/solvers/external/faulty_worker.py", how,
                   (surroundings_ / "marker").string()},
                  dimension);
  }
  static std::string failure(const ExternalPropagator& solver) {
    State out(solver.dimension());
    try {
      solver.propagate({3, 0.5, 0.75}, State::Ones(solver.dimension()), out);
    } catch (const PropagationError& error) {
      EXPECT_EQ(error.time(), 0.5);
      EXPECT_THAT(error.what(), StartsWith("worker 'python3"));
      return error.what();
    }
    return "";
  }
  std::string failure_of(const std::string& how) const { return failure(*faulty(how)); }
  void TearDown() override {
    EXPECT_THAT(surroundings_.left_behind(), IsEmpty());
    EXPECT_FALSE(Surroundings::has_zombie());
  }

  Surroundings surroundings_;
};

TEST_F(Worker, TheExamplesObeyTheLawsOfPropagators) {
  const std::vector<std::vector<std::string>> examples = {
      {"python3", FORERUN_SOURCE_DIR "/data/examples/worker.py", "20"}, {FORERUN_EXAMPLE_WORKER, "20"}};
  const TimeGrid grid(0.0, 1.0, 5);
  const States states = States::Random(2, 5);
  for (const auto& words : examples) {
    const auto solver = worker(words);
    EXPECT_NO_THROW(solver->open());
    conformance::expect_propagator_laws(*solver, grid, states);
    for (Index n = 0; n < 5; ++n) {
      State out(2);
      solver->propagate(grid.slice(n), states.col(n), out);
      EXPECT_LT((out - testing::van_der_pol(grid.slice(n), states.col(n), 20)).cwiseAbs().maxCoeff(), 1e-14);
    }
  }
}

TEST_F(Worker, TheExamplesRefuseStatesTheyAreNotMadeFor) {
  EXPECT_THAT(
      failure(*worker({"python3", FORERUN_SOURCE_DIR "/data/examples/worker.py", "20"}, 3)),
      HasSubstr("ended with status 1 before it had greeted; its standard error says \"made for version 1 of the "
                "protocol and states of 2 numbers\"; so did the one started in its place"));
}

TEST_F(Worker, ServesMoreThanOneSliceWithoutBeingStartedAgain) {
  const auto solver = worker({FORERUN_EXAMPLE_WORKER, "20"}, 2, 1);
  State out(2);
  solver->propagate({0, 0.0, 0.1}, State::Ones(2), out);
  const std::vector<std::string> first = surroundings_.processes();
  EXPECT_THAT(first, SizeIs(2)) << "the worker and the guardian";
  for (int i = 0; i < 10; ++i) solver->propagate({0, 0.0, 0.1}, State::Ones(2), out);
  EXPECT_EQ(surroundings_.processes(), first);
}

TEST_F(Worker, LargeStatesPassBothWays) {
  constexpr Index dimension = 300'000;
  const auto solver = faulty("", dimension);
  const State in = State::Random(dimension);
  State out(dimension);
  solver->propagate({0, 0.0, 0.1}, in, out);
  EXPECT_EQ(out, in / 2);
}

TEST_F(Worker, WhatItSaysInsteadOfAGreetingIsQuoted) {
  EXPECT_THAT(failure_of("prints_text"),
              HasSubstr("its standard output begins with \"Solver 3\", must begin with FORERUNW"));
  EXPECT_THAT(failure_of("other_version"), HasSubstr("speaks version 2 of the protocol of workers: must be 1"));
  EXPECT_THAT(failure_of("other_dimension"), HasSubstr("has states of 3 components: must be 2"));
  EXPECT_THAT(failure_of("dies_at_start"),
              HasSubstr("ended with status 9 before it had greeted; its standard error says \"no licence left\""));
}

TEST_F(Worker, WrongAnswersAreRefusedWithWhatIsWrong) {
  EXPECT_THAT(failure_of("gives_nan"), HasSubstr("gave nan as component 1 of the state"));
  EXPECT_THAT(failure_of("answers_another"), HasSubstr("answered another request than the one it was sent"));
  EXPECT_THAT(failure_of("too_few"), HasSubstr("ended with status 0 after 28 bytes of its answer"));
  EXPECT_THAT(failure_of("fails_at_length"),
              HasSubstr("gave a reason of 1099511627776 bytes: must be from 0 to 65536"));
}

TEST_F(Worker, BytesThatWereNotAskedForAreFoundOutBeforeTheyAreTakenForAnAnswer) {
  const auto solver = faulty("too_many");
  std::string said = failure(*solver);
  if (said.empty()) said = failure(*solver);  // they came late
  EXPECT_THAT(said, HasSubstr("sent 8 bytes that it was not asked for"));
}

TEST_F(Worker, AReasonIsQuotedAndTheWorkerServesOn) {
  const auto solver = faulty("fails");
  EXPECT_THAT(failure(*solver), HasSubstr("failed with status 3: no convergence from 0.5 | ?"));
  const std::vector<std::string> first = surroundings_.processes();
  EXPECT_THAT(failure(*solver), HasSubstr("failed with status 3"));
  EXPECT_EQ(surroundings_.processes(), first);
}

TEST_F(Worker, OneThatDiesIsReplacedOnce) {
  const auto once = faulty("dies_once");
  State out(2);
  once->propagate({0, 0.0, 0.1}, State::Ones(2), out);
  EXPECT_EQ(out, State::Constant(2, 0.5));
  EXPECT_THAT(failure_of("dies"), AllOf(HasSubstr("ended with status 5 before it had answered; its standard error says "
                                                  "\"segment is at fault\""),
                                        HasSubstr("so did the one started in its place")));
  EXPECT_THAT(failure_of("is_killed"), HasSubstr("was ended by signal 9 (Killed)"));
  EXPECT_THAT(failure_of("closes_output"), HasSubstr("closed its standard output before it had answered"));
}

TEST_F(Worker, OneThatDiesBetweenSlicesIsNotNoticed) {
  const auto solver = faulty("dies_after_answer");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(failure(*solver), "");
}

TEST_F(Worker, MuchOnStandardErrorBlocksNobody) {
  const auto solver = faulty("talks");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(failure(*solver), "");
  EXPECT_THAT(failure_of("talks_and_dies"), HasSubstr("blah ?nd\""));
}

TEST_F(Worker, AStopEndsOneThatHangs) {
  for (const std::string how : {"hangs", "hangs_on", "silent_at_start"}) {
    const auto solver = faulty(how);
    std::stop_source stop;
    const std::stop_token token = stop.get_token();
    const StopScope scope(token);
    std::jthread other([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      stop.request_stop();
    });
    State out(2);
    EXPECT_THROW(solver->propagate({0, 0, 1}, State::Ones(2), out), StopRequested) << how;
  }
}

TEST_F(Worker, OneThatDoesNotEndWhenItShouldIsEnded) {
  const auto solver = faulty("stays");
  EXPECT_EQ(failure(*solver), "");
}

TEST_F(Worker, ThreadsHaveOneEachAndNoneMore) {
  const auto solver = faulty("");
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        State out(2);
        solver->propagate({0, 0, 1}, State::Constant(2, i), out);
        EXPECT_EQ(out[0], 0.5 * i);
      }
    });
  }
  threads.clear();
  EXPECT_LE(surroundings_.processes().size(), 5U) << "with the guardian";
}

TEST_F(Worker, AThreadThatEndsLeavesItsWorkerToOthers) {
  const auto solver = faulty("", 2);
  const auto ask = [&] {
    State out(2);
    solver->propagate({0, 0, 1}, State::Ones(2), out);
  };
  std::jthread(ask).join();
  const std::vector<std::string> first = surroundings_.processes();
  EXPECT_THAT(first, SizeIs(2));
  std::jthread(ask).join();
  EXPECT_EQ(surroundings_.processes(), first);
}

TEST_F(Worker, ASolverThatIsKilledTakesItsWorkersAlong) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto solver = faulty("hangs_on");
    State out(2);
    solver->propagate({0, 0, 1}, State::Ones(2), out);
    ::_exit(0);
  }
  while (surroundings_.processes().size() < 2) std::this_thread::yield();
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

TEST_F(Worker, ChildrenOfAProcessThatIgnoresThemAreStillWaitedFor) {
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  EXPECT_THAT(failure_of("dies"), HasSubstr("has ended, nobody knows how"));
  EXPECT_EQ(failure_of(""), "");
  std::signal(SIGCHLD, before);
}

}  // namespace
}  // namespace forerun
