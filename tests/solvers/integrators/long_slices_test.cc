// A slice that takes long looks now and then whether it is still wanted (core/base/stop_scope.h).
#include <gtest/gtest.h>

#include "core/base/stop_scope.h"
#include "core/base/time_grid.h"
#include "solvers/integrators/butcher_tableau.h"
#include "solvers/integrators/rk_kernel.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

struct LongSlice {
  std::string problem;
  SolverSpec spec;
};

class ALongSlice : public ::testing::TestWithParam<LongSlice> {
 protected:
  const std::unique_ptr<OdeProblem> problem_ = make_problem(GetParam().problem);
  const std::unique_ptr<Propagator> propagator_ = problem_->make_propagator(GetParam().spec);
  std::stop_source stop_;
  const std::stop_token token_ = stop_.get_token();
};

TEST_P(ALongSlice, EndsWhenAStopWasRequested) {
  stop_.request_stop();
  const StopScope scope(token_);
  for (const Index count : {1, 5, 20}) {  // alone, in four lanes, in sixteen
    const TimeGrid grid(0.0, 1e9, count);
    const States in = problem_->initial_state().replicate(1, count);
    States out = in;
    EXPECT_THROW(propagator_->propagate(grid.slice(0), in.col(0), out.col(0)), StopRequested);
    EXPECT_THROW(propagator_->propagate_block(grid.slices(0, count), in, out), StopRequested);
  }
}

constexpr Index many = 1'000'000'000;

INSTANTIATE_TEST_SUITE_P(Methods, ALongSlice,
                         ::testing::Values(LongSlice{"lorenz", {"rk1", many}}, LongSlice{"lorenz", {"rk4", many}},
                                           LongSlice{"lorenz", {"rk8", many}}, LongSlice{"burgers", {"rk2", many}},
                                           LongSlice{"burgers", {"rk8", many}}, LongSlice{"lorenz", {"dopri5", 1e-12}},
                                           LongSlice{"burgers", {"dopri5", 1e-12}},
                                           LongSlice{"heat", {"backward_euler", many}},
                                           LongSlice{"heat", {"rkc2", many}}, LongSlice{"heat", {"rkc", 1e-12}}),
                         [](const auto& tested) { return tested.param.problem + "_" + tested.param.spec.method; });

/// u' = u (1 − u).
struct Logistic {
  static constexpr Index fixed_dimension = 1;
  static Index dimension() { return 1; }
  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    du[0] = u[0] * (1.0 - u[0]);
  }
};

TEST(StepsInParts, GiveTheBitsOfAllAtOnce) {
  constexpr Index steps = 300'000;
  double whole = 0.1;
  double parts = 0.1;
  using Kernel = RkKernel<Logistic, Rk4, double>;
  Kernel::advance({}, {0.0, 1.0, steps, 0, steps}, &whole, nullptr);
  for (Index first = 0; first < steps; first += 65'536) {
    Kernel::advance({}, {0.0, 1.0, steps, first, std::min(steps, first + 65'536)}, &parts, nullptr);
  }
  EXPECT_EQ(whole, parts);
}

}  // namespace
}  // namespace forerun
