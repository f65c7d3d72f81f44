// A result is what the solver wrote, all of it and nothing else.
#include <gtest/gtest.h>

#include <stdexcept>

#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "tests/core/test_problems.h"

namespace forerun {
namespace {

const TimeGrid kGrid(0.0, 1.0, 4);

RunRecord run_with(const Propagator& solver) {
  const State start{{1.0, 2.0}};
  return solve_parareal({kGrid, start, solver, solver}, {}, *make_serial_executor());
}

/// Advances four slices at a time and forgets the second component of those `forgets` says.
class ForgetfulBlocks final : public Propagator {
 public:
  explicit ForgetfulBlocks(Index forgets) : forgets_(forgets) {}
  Index dimension() const override { return 2; }
  Index block_size() const override { return 4; }
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    out[0] = in[0];
    if (slice.index != forgets_) out[1] = in[1];
  }

 private:
  Index forgets_;
};

std::string refusal_of(const FunctionPropagator& solver) {
  State out = State::Zero(2);
  try {
    solver.propagate(kGrid.slice(0), State{{1.0, 2.0}}, out);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(WrittenResults, AComponentThatWasNeverWrittenIsNotFinite) {
  const FunctionPropagator solver(2, [](const Slice&, const StateView& in, StateOut out) { out[0] = in[0]; });
  const RunRecord record = run_with(solver);
  ASSERT_TRUE(record.failure);
  EXPECT_EQ(record.failure->reason, "the result is not finite");
  const SerialSolution serial = solve_serial(kGrid, State{{1.0, 2.0}}, solver);
  ASSERT_TRUE(serial.failure);
  EXPECT_EQ(serial.failure->reason, record.failure->reason);
  EXPECT_EQ(serial.failure->slice, record.failure->slice);
}

TEST(WrittenResults, OneThatABlockOfSlicesLeavesOutIsNotFinite) {
  const ForgetfulBlocks fine(0);
  const State start{{1.0, 2.0}};
  const FunctionPropagator still(2, [](const Slice&, const StateView& in, StateOut out) { out = in; });
  const RunRecord record = solve_parareal({kGrid, start, still, fine}, {}, *make_serial_executor());
  ASSERT_TRUE(record.failure);
  EXPECT_EQ(record.failure->slice, 0);
  EXPECT_EQ(record.failure->reason, "the result is not finite");
}

TEST(WrittenResults, ThoseOfAnotherLengthAreRefusedWithBothLengths) {
  const auto assigning = [](Index length) {
    return FunctionPropagator(2,
                              [=](const Slice&, const StateView&, StateOut out) { out = State(State::Ones(length)); });
  };
  const auto returning = [](Index length) {
    return FunctionPropagator(2, [=](const Slice&, const StateView&) { return State(State::Ones(length)); });
  };
  for (const auto& make : {std::function<FunctionPropagator(Index)>(assigning), {returning}}) {
    EXPECT_EQ(refusal_of(make(3)), "the result has 3 components: must be 2");
    EXPECT_EQ(refusal_of(make(1)), "the result has 1 components: must be 2");
    EXPECT_EQ(refusal_of(make(2)), "");
    const RunRecord record = run_with(make(3));
    ASSERT_TRUE(record.failure);
    EXPECT_EQ(record.failure->reason, "the result has 3 components: must be 2");
  }
}

TEST(WrittenResults, AListThatIsTooLongIsRefusedAndOneThatIsTooShortIsNotFinite) {
  const FunctionPropagator longer(2,
                                  [](const Slice&, const StateView& in, StateOut out) { out << in[0], in[1], in[0]; });
  const FunctionPropagator longer_parts(2, [](const Slice&, const StateView& in, StateOut out) { out << in[0], in; });
  const FunctionPropagator shorter(2, [](const Slice&, const StateView& in, StateOut out) { out << in[0]; });
  const FunctionPropagator fitting(2,
                                   [](const Slice&, const StateView& in, StateOut out) { out << in[1], in.head(1); });
  EXPECT_EQ(refusal_of(longer), "the result has 3 components: must be 2");
  EXPECT_EQ(refusal_of(longer_parts), "the result has 3 components: must be 2");
  EXPECT_EQ(run_with(shorter).failure->reason, "the result is not finite");
  State out(2);
  fitting.propagate(kGrid.slice(0), State{{1.0, 2.0}}, out);
  EXPECT_EQ(out, (State{{2.0, 1.0}}));
}

TEST(WrittenResults, AddingWhatHasAnotherShapeIsRefused) {
  State state = State::Zero(2);
  States states = States::Zero(2, 3);
  const auto add = [](StateOut out, Index length) { out += State::Ones(length); };
  const auto subtract = [](StatesOut out, Index columns) { out -= States::Ones(2, columns); };
  EXPECT_THROW(add(state, 3), std::invalid_argument);
  EXPECT_THROW(subtract(states, 2), std::invalid_argument);
  add(state, 2);
  subtract(states, 3);
  EXPECT_EQ(state, State::Ones(2));
  EXPECT_EQ(states, States::Constant(2, 3, -1.0));
}

TEST(WrittenResults, AFunctionMayReturnItsResult) {
  const FunctionPropagator writing = testing::nonlinear_pair(7);
  const FunctionPropagator returning(2, [&](const Slice& slice, const StateView& in) {
    State out(2);
    writing.propagate(slice, in, out);
    return out;
  });
  EXPECT_EQ(run_with(returning).boundaries, run_with(writing).boundaries);
}

}  // namespace
}  // namespace forerun
