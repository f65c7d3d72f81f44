#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/execution/slice_executor.h"
#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "learning/training/corrector_registry.h"
#include "learning/training/harvesting_trainer.h"

namespace forerun::conformance {

/// A corrector to be held to what learning/training/corrector.h promises. It is tried on states of a scalar field on a
/// ring (`corrector_context`), so that one that needs a mesh has it:
///
///   INSTANTIATE_TEST_SUITE_P(Mine, CorrectorLaw, ::testing::Values(CorrectorCase{"mine", [](const CorrectorContext& c)
///   {
///                              return std::make_unique<MyCorrector>(c.bounds, c.seed); }}), corrector_case_name);
struct CorrectorCase {
  std::string name;
  std::function<std::unique_ptr<Corrector>(const CorrectorContext&)> make;
  /// Claims to give back the discrepancies that it was given to this relative error; nullopt: does not.
  std::optional<double> interpolates_to{};
  /// What it describes is what serves. A guard may keep the model that is best for other runs instead.
  bool describes_what_serves = true;
};

inline std::ostream& operator<<(std::ostream& out, const CorrectorCase& corrector) { return out << corrector.name; }
inline std::string corrector_case_name(const ::testing::TestParamInfo<CorrectorCase>& info) { return info.param.name; }

inline constexpr Index kRingPoints = 32;
inline constexpr Index kRingSlices = 12;

/// States with components from −1 to 1 on a ring of so many points.
inline CorrectorContext corrector_context(std::uint64_t seed = 1) {
  return {{State::Constant(kRingPoints, -1.0), State::Constant(kRingPoints, 1.0)},
          seed,
          {{"u"}, {{"x", kRingPoints, 0.0, 1.0, AxisEnds::periodic}}}};
}

/// u_t = ν u_xx − u u_x on the ring, by explicit Euler steps.
inline State cross_ring(State u, double length, Index steps) {
  constexpr double viscosity = 0.01;
  const double h = length / static_cast<double>(steps), dx = 1.0 / static_cast<double>(kRingPoints);
  for (Index step = 0; step < steps; ++step) {
    State left(kRingPoints), right(kRingPoints);
    left << u[kRingPoints - 1], u.head(kRingPoints - 1);
    right << u.tail(kRingPoints - 1), u[0];
    u.array() += h * (viscosity / (dx * dx) * (left - 2.0 * u + right).array() -
                      u.array() * (right - left).array() / (2.0 * dx));
  }
  return u;
}

inline FunctionPropagator ring_propagator(Index steps) {
  return {
      kRingPoints,
      [steps](const Slice& slice, const StateView& in, StateOut out) { out = cross_ring(in, slice.length(), steps); },
      static_cast<double>(steps)};
}

inline State smooth_ring_state(double number) {
  State state(kRingPoints);
  for (Index i = 0; i < kRingPoints; ++i) {
    const double x = 2.0 * M_PI * static_cast<double>(i) / static_cast<double>(kRingPoints);
    state[i] = 0.3 * std::sin(x + number) + 0.2 * std::cos(2.0 * x - 1.7 * number) + 0.1 * std::sin(3.0 * number);
  }
  return state;
}

inline TimeGrid ring_grid() { return {0.0, 0.6, kRingSlices}; }

inline std::vector<Slice> ring_slices() {
  const TimeGrid grid = ring_grid();
  std::vector<Slice> slices;
  for (Index n = 0; n < kRingSlices; ++n) slices.push_back(grid.slice(n));
  return slices;
}

/// Adds what iteration k might have found: iterates of each slice come closer to each other. With `scale` 0 fine and
/// coarse solver agree.
inline void append_ring_sweep(Harvest& harvest, Index iteration, double scale = 1.0) {
  const std::vector<Slice> slices = ring_slices();
  States states(kRingPoints, kRingSlices), discrepancies(kRingPoints, kRingSlices), coarse(kRingPoints, kRingSlices);
  for (Index n = 0; n < kRingSlices; ++n) {
    const auto number = static_cast<double>(n);
    states.col(n) =
        smooth_ring_state(0.3 * number) + std::pow(0.1, static_cast<double>(iteration)) *
                                              smooth_ring_state(50.0 * static_cast<double>(iteration) + 2.0 * number);
    const double length = slices[static_cast<std::size_t>(n)].length();
    coarse.col(n) = cross_ring(states.col(n), length, 4);
    discrepancies.col(n) = scale * (cross_ring(states.col(n), length, 40) - coarse.col(n));
  }
  harvest.append(states, discrepancies, slices, std::vector<Index>(static_cast<std::size_t>(kRingSlices), iteration),
                 coarse);
}

inline State value_of(const Correction& correction, Index slice, const State& state) {
  State out(state.size());
  const Slice crossed = ring_grid().slice(slice);
  correction.evaluate(crossed, state, cross_ring(state, crossed.length(), 4), out);
  return out;
}

/// Values of a correction on all slices, at states near those that were learned from.
inline States values_of(const Correction& correction) {
  States values(kRingPoints, kRingSlices);
  for (Index n = 0; n < kRingSlices; ++n) {
    values.col(n) = value_of(correction, n, smooth_ring_state(0.3 * static_cast<double>(n) + 0.01));
  }
  return values;
}

class CorrectorLaw : public ::testing::TestWithParam<CorrectorCase> {
 protected:
  std::unique_ptr<Corrector> make(std::uint64_t seed = 1) const { return GetParam().make(corrector_context(seed)); }

  /// The model after so many sweeps, fitted after each, as in a run.
  std::unique_ptr<const LearnedCorrection> learn(Corrector& corrector, Harvest& harvest, Index num_sweeps,
                                                 SliceExecutor& executor) const {
    std::unique_ptr<const LearnedCorrection> correction;
    for (Index k = 1; k <= num_sweeps; ++k) {
      append_ring_sweep(harvest, k);
      correction = corrector.fit(harvest, executor);
    }
    return correction;
  }

  RunRecord run(int num_threads, Index max_iterations, const States* reference) const {
    const FunctionPropagator coarse = ring_propagator(4), fine = ring_propagator(40);
    const TimeGrid grid = ring_grid();
    const State initial = smooth_ring_state(0.0);
    const CorrectorContext context = corrector_context();
    HarvestingTrainer trainer([&] { return GetParam().make(context); },
                              {.problem = "ring", .dimension = kRingPoints, .slice_length = grid.slice_length()});
    PararealOptions options;
    options.norm = StateNorm(context.bounds);
    options.max_iterations = max_iterations;
    options.tolerance = max_iterations > 0 ? 0.0 : 1e-9;
    const auto executor = make_tbb_executor(num_threads);
    return solve_parareal({grid, initial, coarse, fine, &trainer, reference}, options, *executor);
  }

  const std::unique_ptr<SliceExecutor> serial_ = make_serial_executor();
  Harvest harvest_{kRingPoints, true};
};

TEST_P(CorrectorLaw, GivesTheSameBitsForAnyNumberOfThreads) {
  States expected;
  for (const int threads : {1, 2, 4}) {
    const auto executor = make_tbb_executor(threads);
    const auto corrector = make();
    Harvest harvest(kRingPoints, true);
    const auto correction = learn(*corrector, harvest, 3, *executor);
    ASSERT_TRUE(correction);
    corrector->prepare(*executor);
    if (threads == 1) expected = values_of(*correction);
    EXPECT_EQ(values_of(*correction), expected) << threads << " threads";
  }
}

TEST_P(CorrectorLaw, LearnsTheSameAgainFromTheSameSweeps) {
  const auto first = make(), second = make();
  const auto correction = learn(*first, harvest_, 3, *serial_);
  Harvest again(kRingPoints, true);
  const auto repeated = learn(*second, again, 3, *serial_);
  EXPECT_EQ(values_of(*repeated), values_of(*correction)) << "a run that goes on would not end as one that was not cut";
  EXPECT_EQ(second->serving(), first->serving());
}

TEST_P(CorrectorLaw, EvaluatesWithoutHistory) {
  const auto corrector = make();
  const auto correction = learn(*corrector, harvest_, 2, *serial_);
  ASSERT_TRUE(correction);
  const States expected = values_of(*correction);
  corrector->prepare(*serial_);
  EXPECT_EQ(values_of(*correction), expected) << "preparing has changed a value";

  const std::vector<Slice> slices = ring_slices();
  States states(kRingPoints, kRingSlices), together(kRingPoints, kRingSlices), backwards(kRingPoints, kRingSlices);
  States coarse(kRingPoints, kRingSlices);
  for (Index n = 0; n < kRingSlices; ++n) {
    states.col(n) = smooth_ring_state(0.3 * static_cast<double>(n) + 0.01);
    coarse.col(n) = cross_ring(states.col(n), slices[static_cast<std::size_t>(n)].length(), 4);
  }
  correction->evaluate_block(slices, states, coarse, together);
  EXPECT_EQ(together, expected) << "a block differs from its states one by one";
  for (Index n = kRingSlices - 1; n >= 0; --n) backwards.col(n) = value_of(*correction, n, states.col(n));
  EXPECT_EQ(backwards, expected) << "the order matters";
  States concurrent(kRingPoints, kRingSlices);
  make_tbb_executor(4)->for_each(kRingSlices,
                                 [&](Index n) { concurrent.col(n) = value_of(*correction, n, states.col(n)); });
  EXPECT_EQ(concurrent, expected) << "the thread matters";
}

TEST_P(CorrectorLaw, AModelKeepsItsValuesWhileTheHarvestGrows) {
  const auto corrector = make();
  const auto correction = learn(*corrector, harvest_, 2, *serial_);
  ASSERT_TRUE(correction);
  const States expected = values_of(*correction);
  for (Index k = 3; k <= 8; ++k) append_ring_sweep(harvest_, k);
  EXPECT_EQ(values_of(*correction), expected);
}

TEST_P(CorrectorLaw, FiniteStatesHaveFiniteValues) {
  const auto corrector = make();
  const auto correction = learn(*corrector, harvest_, 3, *serial_);
  ASSERT_TRUE(correction);
  EXPECT_TRUE(values_of(*correction).allFinite());
  for (const double size : {0.0, 1.0, -3.0}) {
    EXPECT_TRUE(value_of(*correction, 5, State::Constant(kRingPoints, size)).allFinite()) << "at " << size;
  }
  const Slice elsewhere{kRingSlices + 7, 100.0, 101.0};
  State out(kRingPoints);
  const State state = smooth_ring_state(0.5);
  correction->evaluate(elsewhere, state, cross_ring(state, 0.05, 4), out);
  EXPECT_TRUE(out.allFinite()) << "on a slice that was never seen";
}

TEST_P(CorrectorLaw, GivesBackWhatItWasGivenWhereItClaimsTo) {
  if (!GetParam().interpolates_to) return;
  const auto corrector = make();
  const auto correction = learn(*corrector, harvest_, 1, *serial_);
  ASSERT_TRUE(correction);
  for (Index n = 0; n < kRingSlices; ++n) {
    const State expected = harvest_.discrepancies().col(n);
    const State found = value_of(*correction, n, harvest_.states().col(n));
    EXPECT_LT((found - expected).norm(), *GetParam().interpolates_to * expected.norm()) << "slice " << n;
  }
}

TEST_P(CorrectorLaw, WhereSolversAgreeThereIsNothingToCorrect) {
  const auto corrector = make();
  append_ring_sweep(harvest_, 1, 0.0);
  const auto correction = corrector->fit(harvest_, *serial_);
  if (correction) {
    EXPECT_EQ(values_of(*correction).cwiseAbs().maxCoeff(), 0.0);
  }
}

TEST_P(CorrectorLaw, RefusesWhatItCannotLearnFrom) {
  EXPECT_THROW(make()->fit(Harvest(kRingPoints, true), *serial_), std::invalid_argument) << "nothing";
  const auto corrector = make();
  learn(*corrector, harvest_, 2, *serial_);
  Harvest shorter(kRingPoints, true);
  append_ring_sweep(shorter, 1);
  EXPECT_THROW(corrector->fit(shorter, *serial_), std::invalid_argument) << "fewer samples than before";
}

TEST_P(CorrectorLaw, ASuccessorLearnsFromTheFirst) {
  const auto corrector = make(), successor = make();
  learn(*corrector, harvest_, 2, *serial_);
  successor->inherit(*corrector);
  Harvest other(kRingPoints, true);
  const auto correction = learn(*successor, other, 1, *serial_);
  ASSERT_TRUE(correction);
  EXPECT_TRUE(values_of(*correction).allFinite());
}

TEST_P(CorrectorLaw, WhatIsWrittenDownCanBeUsedAgain) {
  const auto corrector = make();
  const auto correction = learn(*corrector, harvest_, 3, *serial_);
  ASSERT_TRUE(correction);
  auto model = std::make_shared<LearnedModel>();
  correction->describe(*model);
  model->harvest = harvest_;
  model->signature = {.problem = "ring", .dimension = kRingPoints};
  const auto restored = make_correction(model);
  const States values = values_of(*restored);
  EXPECT_TRUE(values.allFinite());
  if (GetParam().describes_what_serves) {
    EXPECT_EQ(values, values_of(*correction));
  }
}

/// Whatever is learned: DESIGN of the loop, and of its sum.
TEST_P(CorrectorLaw, InPararealSlicesAreExactAfterAsManyIterations) {
  const TimeGrid grid = ring_grid();
  const FunctionPropagator fine = ring_propagator(40);
  const SerialSolution serial = solve_serial(grid, smooth_ring_state(0.0), fine);
  for (const Index iterations : {1, 3, 5}) {
    const RunRecord record = run(2, iterations, &serial.boundaries);
    EXPECT_EQ(record.boundaries.leftCols(iterations + 1), serial.boundaries.leftCols(iterations + 1));
    EXPECT_TRUE(record.boundaries.allFinite());
  }
}

TEST_P(CorrectorLaw, InPararealThreadsChangeNoBit) {
  const RunRecord one = run(1, 0, nullptr);
  EXPECT_TRUE(one.converged());
  const RunRecord four = run(4, 0, nullptr);
  EXPECT_EQ(four.boundaries, one.boundaries);
  EXPECT_EQ(four.num_iterations(), one.num_iterations());
}

}  // namespace forerun::conformance
