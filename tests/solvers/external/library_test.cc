#include <gmock/gmock.h>

#include <thread>

#include "core/base/errors.h"
#include "solvers/external/external_propagator.h"
#include "tests/conformance/propagator_laws.h"
#include "tests/solvers/external/van_der_pol.h"

namespace forerun {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<ExternalPropagator> library(const ExternalSpec& spec, Index dimension = 2) {
  return make_external_propagator(spec, {.dimension = dimension, .parameters = {{"nu", "0.25"}}});
}

ExternalSpec faulty(const std::string& function) {
  return {.kind = ExternalKind::library, .library = FORERUN_FAULTY_LIBRARY, .function = function};
}

std::string failure(const ExternalSpec& spec) {
  State out(2);
  try {
    library(spec)->propagate({3, 0.5, 0.75}, State::Ones(2), out);
  } catch (const PropagationError& error) {
    EXPECT_EQ(error.time(), 0.5);
    return error.what();
  }
  return "";
}

std::string refusal(const ExternalSpec& spec) {
  try {
    library(spec)->open();
  } catch (const ParameterError& error) {
    return error.name() + "|" + error.what();
  }
  return "";
}

class LibraryExample : public ::testing::TestWithParam<const char*> {};

TEST_P(LibraryExample, ObeysTheLawsOfPropagatorsAndSolvesTheOscillator) {
  const auto solver = library({.kind = ExternalKind::library, .library = GetParam()});
  EXPECT_NO_THROW(solver->open());
  const TimeGrid grid(0.0, 2.0, 5);
  const States states = States::Random(2, 5);
  conformance::expect_propagator_laws(*solver, grid, states);
  for (Index n = 0; n < 5; ++n) {
    State out(2);
    solver->propagate(grid.slice(n), states.col(n), out);
    EXPECT_LT((out - testing::van_der_pol(grid.slice(n), states.col(n), 400)).cwiseAbs().maxCoeff(), 1e-12);
  }
}

INSTANTIATE_TEST_SUITE_P(C, LibraryExample, ::testing::Values(FORERUN_EXAMPLE_LIBRARY));
#ifdef FORERUN_EXAMPLE_FORTRAN_LIBRARY
INSTANTIATE_TEST_SUITE_P(Fortran, LibraryExample, ::testing::Values(FORERUN_EXAMPLE_FORTRAN_LIBRARY));
#endif

TEST(Library, TheArgumentIsWhatUserPointsTo) {
  State out(2);
  ExternalSpec spec = faulty("length_of_user");
  library(spec)->propagate({0, 0, 1}, State::Ones(2), out);
  EXPECT_EQ(out[0], -1.0) << "a null pointer";
  spec.argument = "nu={nu}";
  library(spec)->propagate({0, 0, 1}, State::Ones(2), out);
  EXPECT_EQ(out[0], 7.0);
}

TEST(Library, WhatIsNoneIsRefusedBeforeWorkStarts) {
  EXPECT_EQ(refusal(faulty("halves")), "");
  EXPECT_THAT(refusal(faulty("double_it")), HasSubstr("function|function = \"double_it\": must be a function of"));
  ExternalSpec spec = faulty("halves");
  spec.library = "./no-such-library.so";
  EXPECT_THAT(refusal(spec), HasSubstr("library|library = \"./no-such-library.so\": must be a shared library: "));
  spec.library = FORERUN_SOURCE_DIR "/README.md";
  EXPECT_THAT(refusal(spec), HasSubstr("must be a shared library: "));
  EXPECT_THAT(failure(spec), HasSubstr("must be a shared library: "));
}

TEST(Library, WrongResultsAreRefusedWithWhatIsWrong) {
  EXPECT_EQ(failure(faulty("halves")), "");
  EXPECT_THAT(failure(faulty("fails")), ::testing::EndsWith("' returned -3"));
  EXPECT_THAT(failure(faulty("writes_nothing")), HasSubstr("gave nan as component 0 of the state"));
  EXPECT_THAT(failure(faulty("writes_too_much")), HasSubstr("wrote behind the 2 numbers of its result"));
}

TEST(Library, WhatItDoesToItsInputChangesNothingElse) {
  const State in = State::Ones(2);
  State out(2);
  library(faulty("writes_its_input"))->propagate({0, 0, 1}, in, out);
  EXPECT_EQ(in, State::Ones(2));
  EXPECT_EQ(out, State::Constant(2, 0.5));
}

TEST(Library, OneThatIsExclusiveIsCalledByOneThreadAtATime) {
  ExternalSpec spec = faulty("alone");
  spec.exclusive = true;
  const auto solver = library(spec);
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        State out(2);
        EXPECT_NO_THROW(solver->propagate({0, 0, 1}, State::Ones(2), out));
      }
    });
  }
}

}  // namespace
}  // namespace forerun
