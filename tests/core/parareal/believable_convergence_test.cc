// "Converged" means that the answer is the serial fine solution within the tolerance, whatever the coarse solver
// carries on and whatever the size of the states.

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/stopwatch.h"
#include "core/parareal/parareal.h"
#include "core/parareal/state_scale.h"
#include "core/propagation/serial_fine.h"
#include "tests/core/test_problems.h"

namespace forerun {
namespace {

using testing::vector;

constexpr StoppingRule kRules[] = {StoppingRule::estimate, StoppingRule::published};

StateNorm unit_norm(Index dimension) {
  return StateNorm(StateBounds{State::Constant(dimension, -1.0), State::Constant(dimension, 1.0)});
}

/// max_n ‖F(U[n]) − U[n+1]‖ of a result.
double largest_jump(const TimeGrid& grid, const Propagator& fine, const States& boundaries) {
  double largest = 0.0;
  State next(boundaries.rows());
  for (Index n = 0; n < grid.num_slices(); ++n) {
    fine.propagate(grid.slice(n), boundaries.col(n), next);
    largest = std::max(largest, (next - boundaries.col(n + 1)).cwiseAbs().maxCoeff());
  }
  return largest;
}

/// Decays at these rates, exactly; the coarse solver returns 0 for the components it does not know.
FunctionPropagator decays(const State& rates, Index num_known) {
  return FunctionPropagator(rates.size(), [=](const Slice& slice, const StateView& in, StateOut out) {
    out.setZero();
    for (Index i = 0; i < num_known; ++i) out[i] = in[i] * std::exp(-rates[i] * slice.length());
  });
}

TEST(BelievableConvergence, ACoarseSolverThatCarriesNothingOnIsNoReasonToStop) {
  const TimeGrid grid(0.0, 4.0, 4);
  const State initial = vector({1.0});
  const auto fine = decays(vector({1.0}), 1);
  const auto coarse = decays(vector({1.0}), 0);
  const States serial = solve_serial(grid, initial, fine).boundaries;
  for (const StoppingRule rule : kRules) {
    PararealOptions options;
    options.tolerance = 1e-12;
    options.stopping = rule;
    options.norm = unit_norm(1);
    const RunRecord record = solve_parareal({grid, initial, coarse, fine}, options, *make_serial_executor());
    EXPECT_TRUE(record.converged());
    EXPECT_EQ(record.num_iterations(), 4);
    EXPECT_EQ(record.boundaries, serial);
    ASSERT_FALSE(record.warnings.empty());
    EXPECT_NE(record.warnings.front().find("every slice was exact"), std::string::npos);
  }
}

TEST(BelievableConvergence, NeitherIsOneThatLacksAComponentOrIgnoresWhatComesLater) {
  const TimeGrid grid(0.0, 8.0, 32);
  for (const double slow_rate : {0.0, 0.1, 1.0, 3.0}) {
    const State rates = vector({1.0, slow_rate});
    const auto fine = decays(rates, 2);
    const auto coarse = decays(rates, 1);
    // From slice 20 on the fine solver feels a force that the coarse one knows nothing of.
    const FunctionPropagator forced(2, [&](const Slice& slice, const StateView& in, StateOut out) {
      fine.propagate(slice, in, out);
      if (slice.index >= 20) out[1] += 1.0;
    });
    for (const Propagator* solver : {static_cast<const Propagator*>(&fine), static_cast<const Propagator*>(&forced)}) {
      const States serial = solve_serial(grid, vector({1.0, 1.0}), *solver).boundaries;
      for (const StoppingRule rule : kRules) {
        PararealOptions options;
        options.stopping = rule;
        options.norm = unit_norm(2);
        const RunRecord record =
            solve_parareal({grid, vector({1.0, 1.0}), coarse, *solver}, options, *make_serial_executor());
        EXPECT_LT((record.boundaries - serial).cwiseAbs().maxCoeff(), 5e-7) << slow_rate;
        EXPECT_LT(largest_jump(grid, *solver, record.boundaries), 5e-7);
      }
    }
  }
}

/// u' = f(t, u) by so many steps of the midpoint rule.
template <class Slope>
FunctionPropagator midpoint(Index dimension, Index steps, Slope slope) {
  return FunctionPropagator(
      dimension,
      [=](const Slice& slice, const StateView& in, StateOut out) {
        const double h = slice.length() / static_cast<double>(steps);
        State u = in;
        for (Index i = 0; i < steps; ++i) {
          const double t = slice.begin + h * static_cast<double>(i);
          u += h * slope(t + 0.5 * h, State(u + 0.5 * h * slope(t, u)));
        }
        out = u;
      },
      static_cast<double>(steps));
}

/// Largest distance from serial fine stepping of a run that says it has converged, in the norm of the run.
double error_where_converged(const TimeGrid& grid, const State& initial, const Propagator& coarse,
                             std::vector<const Propagator*> levels) {
  const States serial = solve_serial(grid, initial, *levels.back()).boundaries;
  PararealProblem problem{grid, initial, coarse, FidelityLadder(std::move(levels)), nullptr, &serial};
  const RunRecord record = solve_parareal(problem, PararealOptions{}, *make_serial_executor());
  EXPECT_TRUE(record.converged());
  return *record.error();
}

/// A state that is 0 everywhere has no size to divide by, and what a cheap level shows of a force that it steps over
/// says nothing of the next one.
TEST(BelievableConvergence, AForceThatSetsInIsSeenOnEveryLevel) {
  const auto pulse = [](double t, const State& u) {
    return State((State(1) << (std::sin(1.31923 * t) > 0.9 ? 10.0 : 0.0)).finished() - u);
  };
  for (const Index slices : {3, 4, 7}) {
    for (const double begin : {0.0, 1e-12, 1.0}) {
      const TimeGrid grid(0.0, 10.0, slices);
      const auto cheap = midpoint(1, 1, pulse), middle = midpoint(1, 5, pulse), fine = midpoint(1, 100, pulse);
      EXPECT_LT(error_where_converged(grid, vector({begin}), cheap, {&cheap, &fine}), 5e-7) << slices << ", " << begin;
      EXPECT_LT(error_where_converged(grid, vector({begin}), cheap, {&cheap, &middle, &fine}), 5e-7);
    }
  }
}

/// A component that is forced alone is right after one sweep, however wrong the coarse solver has it: that says nothing
/// of one which grows.
TEST(BelievableConvergence, WhatOneComponentShowsIsNotBelievedOfAnother) {
  const auto slope = [](double t, const State& u) { return State((State(2) << u[0], -std::sin(t)).finished()); };
  const auto fine = midpoint(2, 400, slope);
  const FunctionPropagator coarse(2, [=](const Slice& slice, const StateView& in, StateOut out) {
    out = in + slice.length() * slope(slice.begin, State(in));
  });
  for (const Index slices : {8, 16}) {
    for (const double begin : {1e-9, 1e-7, 1e-3}) {
      const TimeGrid grid(0.0, slices == 8 ? 8.0 : 14.0, slices);
      EXPECT_LT(error_where_converged(grid, vector({begin, 1.0}), coarse, {&fine}), 5e-7) << slices << ", " << begin;
    }
  }
}

TEST(BelievableConvergence, ACoarseMeshByInjectionSeesEveryOtherPointOnly) {
  constexpr Index kPoints = 8;
  // Points turn in pairs with their neighbours; the coarse solver keeps the even ones and loses the odd.
  const auto turn = [](const Slice& slice, const StateView& in, StateOut out, double share) {
    for (Index i = 0; i < kPoints; ++i) {
      const double angle = slice.length() * (1.0 + 0.1 * static_cast<double>(i));
      out[i] = std::cos(angle) * in[i] + share * std::sin(angle) * in[(i + 1) % kPoints];
    }
  };
  const FunctionPropagator fine(
      kPoints, [&](const Slice& slice, const StateView& in, StateOut out) { turn(slice, in, out, 0.5); });
  const FunctionPropagator injected(kPoints, [&](const Slice& slice, const StateView& in, StateOut out) {
    turn(slice, in, out, 0.4);
    for (Index i = 1; i < kPoints; i += 2) out[i] = 0.0;
  });
  const TimeGrid grid(0.0, 3.0, 24);
  const State initial = State::Constant(kPoints, 0.7);
  const States serial = solve_serial(grid, initial, fine).boundaries;
  for (const StoppingRule rule : kRules) {
    PararealOptions options;
    options.stopping = rule;
    options.norm = unit_norm(kPoints);
    const RunRecord record = solve_parareal({grid, initial, injected, fine}, options, *make_serial_executor());
    ASSERT_TRUE(record.converged() || record.termination == Termination::unconfirmed);
    EXPECT_LT(largest_jump(grid, fine, record.boundaries), 5e-7);
    if (!record.converged()) continue;
    EXPECT_LT((record.boundaries - serial).cwiseAbs().maxCoeff(), 5e-7);
  }
}

/// Rounding apart: the scale of one size is not exactly that of another.
TEST(BelievableConvergence, TheSizeOfTheStatesMakesNoDifference) {
  const TimeGrid grid(0.0, 4.0, 8);
  const auto fine = testing::backward_euler(-1.0, 100);
  const auto coarse = testing::backward_euler(-1.0, 1);
  for (const StoppingRule rule : kRules) {
    for (const bool with_bounds : {false, true}) {
      Index usual = 0;
      for (const double size : {1.0, 1e-300, 1e-30, 1e-7, 1e-3, 1e12, 1e200}) {
        PararealOptions options;
        options.stopping = rule;
        if (with_bounds) options.norm = unit_norm(1);
        const State initial = vector({size});
        const States serial = solve_serial(grid, initial, fine).boundaries;
        const RunRecord record =
            solve_parareal({grid, initial, coarse, fine, nullptr, &serial}, options, *make_serial_executor());
        EXPECT_EQ(record.termination, Termination::converged) << size;
        EXPECT_LT((record.boundaries - serial).cwiseAbs().maxCoeff(), options.tolerance * size) << size;
        EXPECT_NEAR(*record.error(), (record.boundaries - serial).cwiseAbs().maxCoeff() / size, 1e-12);
        if (usual == 0) usual = record.num_iterations();
        EXPECT_NEAR(static_cast<double>(record.num_iterations()), static_cast<double>(usual), 1.0) << size;
      }
    }
  }
}

TEST(BelievableConvergence, AStateThatGrowsIsHeldToWhatItGrowsTo) {
  const TimeGrid grid(0.0, 30.0, 30);
  const auto fine = testing::backward_euler(1.0, 1000);
  const auto coarse = testing::backward_euler(1.0, 50);
  const States serial = solve_serial(grid, vector({1.0}), fine).boundaries;
  PararealOptions options;
  options.norm = unit_norm(1);
  const RunRecord record = solve_parareal({grid, vector({1.0}), coarse, fine}, options, *make_serial_executor());
  ASSERT_TRUE(record.converged());
  EXPECT_LT(record.num_iterations(), 30);
  EXPECT_LT((record.boundaries - serial).cwiseAbs().maxCoeff() / serial(0, 30), options.tolerance);
}

TEST(BelievableConvergence, AnAbsoluteToleranceAllowsWhatItSays) {
  const TimeGrid grid(0.0, 4.0, 8);
  const auto fine = testing::backward_euler(-1.0, 100);
  const auto coarse = testing::backward_euler(-1.0, 1);
  const State initial = vector({1e-7});
  const States serial = solve_serial(grid, initial, fine).boundaries;
  const auto iterations = [&](double absolute) {
    PararealOptions options;
    options.absolute_tolerance = absolute;
    const RunRecord record = solve_parareal({grid, initial, coarse, fine}, options, *make_serial_executor());
    EXPECT_TRUE(record.converged());
    EXPECT_LT((record.boundaries - serial).cwiseAbs().maxCoeff(), 5e-14 + absolute);
    return record.num_iterations();
  };
  EXPECT_LT(iterations(1e-9), iterations(0.0));
}

TEST(BelievableConvergence, TheRootMeanSquareIsANormOfItsOwn) {
  const TimeGrid grid(0.0, 8.0, 16);
  const State rates = State::LinSpaced(6, 0.1, 2.0);
  const auto fine = decays(rates, 6);
  const FunctionPropagator coarse(6, [&](const Slice& slice, const StateView& in, StateOut out) {
    out = in.array() / (1.0 + rates.array() * slice.length());
  });
  const State initial = State::Ones(6);
  const States serial = solve_serial(grid, initial, fine).boundaries;
  PararealOptions options;
  options.norm = StateNorm(NormKind::rms);
  const RunRecord record =
      solve_parareal({grid, initial, coarse, fine, nullptr, &serial}, options, *make_serial_executor());
  ASSERT_TRUE(record.converged());
  double largest = 0.0;
  for (Index n = 0; n <= 16; ++n) {
    largest = std::max(largest, std::sqrt((record.boundaries.col(n) - serial.col(n)).squaredNorm() / 6.0));
  }
  EXPECT_NEAR(*record.error(), largest, 1e-15);
  EXPECT_LT(largest, options.tolerance);
}

TEST(BelievableConvergence, RoundingDoesNotAddUpAlongALongChain) {
  // A rotation: what is wrong anywhere stays as large to the end.
  const auto rotation = [](double defect) {
    return FunctionPropagator(2, [defect](const Slice& slice, const StateView& in, StateOut out) {
      const double angle = slice.length() * (1.0 + defect);
      out << std::cos(angle) * in[0] - std::sin(angle) * in[1], std::sin(angle) * in[0] + std::cos(angle) * in[1];
    });
  };
  constexpr Index kLong = 100000;
  const TimeGrid grid(0.0, 0.1 * kLong, kLong);
  const RunRecord record = solve_parareal({grid, vector({1.0, 0.0}), rotation(1e-7), rotation(0.0)}, PararealOptions{},
                                          *make_serial_executor());
  EXPECT_TRUE(record.converged());
  EXPECT_LE(record.num_iterations(), 10);
}

TEST(BelievableConvergence, TotalsAreTheWallClockOfTheRunAndPhasesAddUp) {
  struct Slow final : IterationObserver {
    void on_iteration(const IterationRecord&, const States&) override {
      const Stopwatch watch;
      while (watch.seconds() < 2e-3) {
      }
    }
  } slow;
  const TimeGrid grid(0.0, 4.0, 8);
  const auto fine = testing::backward_euler(-1.0, 100);
  const auto coarse = testing::backward_euler(-1.0, 1);
  const auto executor = make_serial_executor();
  const Stopwatch watch;
  const RunRecord record = solve_parareal({grid, vector({1.0}), coarse, fine}, PararealOptions{}, *executor, &slow);
  const double wall = watch.seconds();
  EXPECT_LE(record.seconds.total, wall);
  EXPECT_GE(record.seconds.total, 2e-3 * static_cast<double>(record.num_iterations())) << "observers are part of it";
  EXPECT_GE(record.seconds.other(), 2e-3 * static_cast<double>(record.num_iterations()));
  double sum = record.initial_seconds.total;
  for (const IterationRecord& iteration : record.iterations) {
    EXPECT_GE(iteration.seconds.other(), 0.0);
    sum += iteration.seconds.total;
  }
  EXPECT_LE(sum, record.seconds.total);
}

}  // namespace
}  // namespace forerun
