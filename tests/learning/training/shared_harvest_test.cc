// Processes that each hold the samples of their own slices learn what one process learns from all: bit for bit.
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <memory>
#include <mutex>

#include "core/execution/held_boundaries.h"
#include "core/files/byte_archive.h"
#include "core/parareal/windows.h"
#include "core/propagation/serial_fine.h"
#include "learning/stencil/stencil_corrector.h"
#include "learning/stencil/stencil_recipe.h"
#include "learning/training/corrector_registry.h"
#include "learning/training/harvesting_trainer.h"
#include "learning/training/shared_samples.h"
#include "tests/core/test_problems.h"
#include "tests/core/test_records.h"
#include "tests/core/thread_communicator.h"
#include "tests/learning/ring_layout.h"

namespace forerun {
namespace {

using testing::ThreadProcesses;
using testing::without_seconds;

constexpr Index kSlices = 24;

/// Another corrector, of which it says that it does with own samples: on small problems all states are fewer.
class WithOwnSamples final : public Corrector {
 public:
  explicit WithOwnSamples(std::unique_ptr<Corrector> inner) : inner_(std::move(inner)) {}
  std::string name() const override { return inner_->name(); }
  std::string serving() const override { return inner_->serving(); }
  CorrectionErrors errors() const override { return inner_->errors(); }
  SamplesNeeded samples_needed(Index num_slices) const override {
    return {.near = inner_->samples_needed(num_slices).near};
  }
  std::vector<Index> needed_samples(const Harvest& harvest, std::span<const Index> slices) const override {
    return inner_->needed_samples(harvest, slices);
  }
  bool looks_at_coarse() const override { return inner_->looks_at_coarse(); }
  bool gives_way_to_classic() const override { return inner_->gives_way_to_classic(); }
  void inherit(const Corrector& predecessor) override {
    inner_->inherit(*dynamic_cast<const WithOwnSamples&>(predecessor).inner_);
  }
  void prepare(SliceExecutor& executor) override { inner_->prepare(executor); }
  std::unique_ptr<const LearnedCorrection> fit(const Harvest& harvest, SliceExecutor& executor) override {
    return inner_->fit(harvest, executor);
  }

 private:
  std::unique_ptr<Corrector> inner_;
};

/// u_t = ν u_xx − u u_x on a ring of so many points, by explicit Euler steps; `forcing` depends on time.
FunctionPropagator ring(Index points, Index steps, double forcing = 0.0) {
  const auto cross = [=](const Slice& slice, const StateView& in, StateOut out) {
    const double h = slice.length() / static_cast<double>(steps), dx = 1.0 / 24.0, viscosity = 0.01;
    State u = in, left(points), right(points);
    for (Index step = 0; step < steps; ++step) {
      left << u[points - 1], u.head(points - 1);
      right << u.tail(points - 1), u[0];
      const double force = forcing * std::sin(7.0 * (slice.begin + h * static_cast<double>(step)));
      u.array() += h * (viscosity / (dx * dx) * (left - 2.0 * u + right).array() -
                        u.array() * (right - left).array() / (2.0 * dx) + force);
    }
    out = u;
  };
  return {points, cross, static_cast<double>(steps)};
}

State wave(Index points) {
  State state(points);
  for (Index i = 0; i < points; ++i) {
    const double x = 2.0 * M_PI * static_cast<double>(i) / static_cast<double>(points);
    state[i] = 0.5 * std::sin(x) + 0.3 * std::cos(2.0 * x);
  }
  return state;
}

/// Another propagator that throws in some slices from states that are far from what serial stepping meets there.
class Touchy final : public Propagator {
 public:
  Touchy(const Propagator& inner, States serial) : inner_(inner), serial_(std::move(serial)) {}
  Index dimension() const override { return inner_.dimension(); }
  double work_per_slice() const override { return inner_.work_per_slice(); }
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    constexpr double far = 1e-3;
    const bool is_far = (in - serial_.col(slice.index)).cwiseAbs().maxCoeff() > far;
    if (slice.index % 5 == 3 && is_far) throw PropagationError(slice.begin, "far from the solution");
    inner_.propagate(slice, in, out);
  }

 private:
  const Propagator& inner_;
  const States serial_;
};

struct Case {
  std::string corrector = "stencil";
  std::string layer = "secant";
  bool by_slice = true;
  std::string recipe = "auto";
  double forcing = 0.0;
  bool ladder = false;
  bool fails = false;
  Index windows = 1;
  int num_threads = 1;
  Index points = 24;
  Index slices = kSlices;
  bool is_forced_to_own = true;
  Index max_iterations = 6;
  double tolerance = 1e-11;
};

struct Outcome {
  RunRecord record;
  std::string model;
  bool shares = false;
};

std::unique_ptr<Corrector> make_corrector(const Case& one) {
  const CorrectorEntry& entry = find_corrector(one.corrector);
  Parameters parameters(entry.parameters);
  if (one.corrector == "stencil") {
    parameters.set("neurons", std::int64_t{20});
    parameters.set("rows", std::int64_t{4});
    parameters.set("layer", one.layer);
    parameters.set("by_slice", one.by_slice);
    parameters.set("recipe", one.recipe);
  }
  const StateLayout layout = test::ring_layout(one.points);
  auto corrector =
      entry.make(parameters, {{State::Constant(one.points, -1.0), State::Constant(one.points, 1.0)}, 1, layout});
  if (!one.is_forced_to_own) return corrector;
  return std::make_unique<WithOwnSamples>(std::move(corrector));
}

std::string bytes_of(const LearnedModel& model) {
  ByteWriter writer;
  writer(model.corrector, States(model.readout), States(model.basis), States(model.harvest.states()),
         States(model.harvest.discrepancies()), model.harvest.slices(), model.harvest.iterations());
  return std::move(writer.bytes);
}

Outcome solve(const Case& one, TimeCommunicator* communicator) {
  const TimeGrid grid(0.0, 0.05 * static_cast<double>(one.slices), one.slices);
  const FunctionPropagator sound_fine = ring(one.points, 40, one.forcing), coarse = ring(one.points, 2, one.forcing);
  const testing::WorkedPropagator cheap(ring(one.points, 8, one.forcing), 8.0);
  const testing::WorkedPropagator middle(ring(one.points, 20, one.forcing), 20.0);
  const State initial = wave(one.points);
  const Touchy touchy(sound_fine, one.fails ? solve_serial(grid, initial, sound_fine).boundaries : States());
  const Propagator& fine = one.fails ? static_cast<const Propagator&>(touchy) : sound_fine;
  HarvestingTrainer trainer([&] { return make_corrector(one); }, {.problem = "ring", .dimension = one.points});
  PararealProblem problem{grid, initial, coarse, fine, &trainer};
  if (one.ladder) problem.fine = FidelityLadder({&cheap, &middle, &fine});
  problem.communicator = communicator;
  PararealOptions options;
  options.tolerance = one.tolerance;
  options.max_iterations = one.max_iterations;
  const auto executor = one.num_threads == 1 ? make_serial_executor() : make_tbb_executor(one.num_threads);
  Outcome outcome;
  outcome.record = solve_in_windows(problem, one.windows, options, *executor);
  outcome.shares = trainer.processes() != nullptr;
  try {
    outcome.model = bytes_of(trainer.learned_model(*executor));
  } catch (const std::runtime_error& error) {
    outcome.model = error.what();
  }
  return outcome;
}

std::string without_states(const RunRecord& record) {
  RunRecord rest = record;
  rest.boundaries = States();
  rest.first_boundary = 0;
  return without_seconds(rest);
}

void expect_same_on_any_number_of_processes(const Case& one, const std::vector<int>& sizes = {1, 2, 3, 4, 7}) {
  const Outcome alone = solve(one, nullptr);
  ASSERT_TRUE(alone.record.boundaries.allFinite()) << "a window has not been solved";
  EXPECT_TRUE(alone.record.learning_failures.empty()) << alone.record.learning_failures.front();
  for (const int size : sizes) {
    ThreadProcesses processes(size);
    std::atomic<int> num_same = 0;
    processes.run([&](TimeCommunicator& communicator) {
      const Outcome shared = solve(one, &communicator);
      EXPECT_EQ(shared.shares, size > 1);
      EXPECT_EQ(shared.record.num_iterations(), alone.record.num_iterations());
      bool is_same = without_states(shared.record) == without_states(alone.record);
      if (communicator.rank() == 0) is_same = is_same && shared.model == alone.model;
      for (const auto& [first, count, column] : held_boundaries(&communicator, one.slices, one.windows)) {
        is_same = is_same && shared.record.boundaries.middleCols(column, count) ==
                                 alone.record.boundaries.middleCols(first, count);
      }
      if (is_same) ++num_same;
    });
    EXPECT_EQ(num_same, size) << "of " << size << " processes";
  }
}

TEST(SharedHarvest, LearnsWhatOneProcessLearns) {
  for (const char* const layer : {"secant", "none"}) {
    for (const bool by_slice : {true, false}) {
      SCOPED_TRACE(::testing::Message() << layer << by_slice);
      expect_same_on_any_number_of_processes({.layer = layer, .by_slice = by_slice});
    }
  }
}

TEST(SharedHarvest, LearnsWhatOneProcessLearnsBySlice) {
  for (const char* const corrector : {"secant", "tangent"}) {
    SCOPED_TRACE(corrector);
    expect_same_on_any_number_of_processes({.corrector = corrector, .is_forced_to_own = false});
    expect_same_on_any_number_of_processes({.corrector = corrector, .num_threads = 2, .is_forced_to_own = false});
  }
}

TEST(SharedHarvest, LearnsTheSameWithAGivenRecipeAndOfIncrements) {
  expect_same_on_any_number_of_processes({.recipe = StencilRecipe{.symmetric = true}.text()});
  expect_same_on_any_number_of_processes(
      {.recipe = StencilRecipe{.neurons = 20, .increments = true}.text(), .num_threads = 2});
}

TEST(SharedHarvest, LearnsTheSameOnALadder) {
  for (const char* const corrector : {"stencil", "secant"}) {
    SCOPED_TRACE(corrector);
    expect_same_on_any_number_of_processes({.corrector = corrector, .ladder = true, .max_iterations = 10});
  }
}

TEST(SharedHarvest, LearnsTheSameInWindows) {
  for (const char* const corrector : {"stencil", "secant"}) {
    SCOPED_TRACE(corrector);
    for (const bool ladder : {false, true}) {
      expect_same_on_any_number_of_processes(
          {.corrector = corrector, .ladder = ladder, .windows = 3, .max_iterations = 24, .tolerance = 1e-6});
    }
  }
}

/// Of states so long that searches look at some thirty samples.
TEST(SharedHarvest, LearnsWhatOneProcessLearnsFromNeighbours) {
  for (const char* const corrector : {"randnet-local", "kriging"}) {
    SCOPED_TRACE(corrector);
    Case one{.corrector = corrector, .points = 2100, .slices = 60, .is_forced_to_own = false, .max_iterations = 4};
    expect_same_on_any_number_of_processes(one);
    one.ladder = true;
    one.slices = 120;
    one.windows = 2;
    one.max_iterations = 60;
    one.tolerance = 1e-6;
    expect_same_on_any_number_of_processes(one, {2, 7});
  }
}

TEST(SharedHarvest, LearnsTheSameWhereAGuardHasCandidatesOfAllKinds) {
  expect_same_on_any_number_of_processes({.corrector = "auto", .points = 2100, .slices = 50, .max_iterations = 3}, {3});
}

TEST(SharedHarvest, LearnsTheSameOfForcedProblemsAndWhereSolversFail) {
  for (const bool fails : {false, true}) {
    SCOPED_TRACE(fails);
    expect_same_on_any_number_of_processes({.forcing = 2.0, .fails = fails});
    expect_same_on_any_number_of_processes({.layer = "none", .ladder = fails, .fails = fails});
  }
}

/// Throws on one process alone, in the second fit.
class FailsAlone final : public Corrector {
 public:
  explicit FailsAlone(std::shared_ptr<int> num_fits) : num_fits_(std::move(num_fits)) {}
  std::string name() const override { return "fails alone"; }
  SamplesNeeded samples_needed(Index) const override { return {}; }
  std::unique_ptr<const LearnedCorrection> fit(const Harvest& harvest, SliceExecutor&) override {
    if (++*num_fits_ == 2 && harvest.holds(5)) throw std::runtime_error("sample 5");
    return nullptr;
  }

 private:
  std::shared_ptr<int> num_fits_;
};

TEST(SharedHarvest, WhatFailsOnOneProcessFailsOnAll) {
  const TimeGrid grid(0.0, 1.2, kSlices);
  const FunctionPropagator fine = ring(24, 40), coarse = ring(24, 2);
  const State initial = wave(24);
  ThreadProcesses processes(4);
  processes.run([&](TimeCommunicator& communicator) {
    const auto num_fits = std::make_shared<int>(0);
    HarvestingTrainer trainer([&] { return std::make_unique<FailsAlone>(num_fits); }, {.dimension = 24});
    PararealProblem problem{grid, initial, coarse, fine, &trainer};
    problem.communicator = &communicator;
    PararealOptions options;
    options.max_iterations = 3;
    options.tolerance = 0.0;
    const RunRecord record = solve_parareal(problem, options, *make_serial_executor());
    EXPECT_EQ(record.learning_failures, std::vector<std::string>{"sample 5"});
  });
}

/// There is no memory for its second fit on one process.
class LacksMemory final : public Corrector {
 public:
  LacksMemory(bool lacks, SamplesNeeded needed) : lacks_(lacks), needed_(needed) {}
  std::string name() const override { return "lacks memory"; }
  SamplesNeeded samples_needed(Index) const override { return needed_; }
  std::unique_ptr<const LearnedCorrection> fit(const Harvest&, SliceExecutor&) override {
    if (++num_fits_ == 2 && lacks_) throw std::bad_alloc();
    return nullptr;
  }

 private:
  bool lacks_;
  SamplesNeeded needed_;
  int num_fits_ = 0;
};

TEST(SharedHarvest, WantOfMemoryOnOneProcessEndsTheRunOfAll) {
  const TimeGrid grid(0.0, 1.2, kSlices);
  const FunctionPropagator fine = ring(24, 40), coarse = ring(24, 2);
  const State initial = wave(24);
  for (const SamplesNeeded needed : {SamplesNeeded{}, SamplesNeeded{.all = true}}) {
    ThreadProcesses processes(3);
    processes.run([&](TimeCommunicator& communicator) {
      const bool lacks = communicator.rank() == 1;
      HarvestingTrainer trainer([&] { return std::make_unique<LacksMemory>(lacks, needed); }, {.dimension = 24});
      PararealProblem problem{grid, initial, coarse, fine, &trainer};
      problem.communicator = &communicator;
      EXPECT_THROW(solve_parareal(problem, {.tolerance = 0.0, .max_iterations = 4}, *make_serial_executor()),
                   std::runtime_error);
    });
  }
}

TEST(SharedHarvest, NumbersAboutSamplesComeInTheOrderOfTheSamples) {
  constexpr Index kWidth = 3;
  ThreadProcesses processes(3);
  processes.run([&](TimeCommunicator& communicator) {
    const TimeGrid grid(0.0, 1.0, 7);
    const std::vector<int> owners = {0, 0, 1, 1, 1, 2, 2};
    const Index own = std::ranges::count(owners, communicator.rank());
    const States states = States::Ones(1, own);
    Harvest harvest(1);
    for (Index iteration = 1; iteration <= 2; ++iteration) {
      SweepData sweep{iteration, {}, grid.slices(0, 7), states, states, states};
      sweep.processes = &communicator;
      sweep.owners = owners;
      sweep.first_held = std::ranges::find(owners, communicator.rank()) - owners.begin();
      harvest.append(sweep, *make_serial_executor());
    }
    EXPECT_EQ(harvest.size(), 14);
    EXPECT_EQ(harvest.states().cols(), 2 * own);
    const std::vector<Index> samples = {13, 2, 7, 0, 5, 6};  // of processes 2, 1, 0, 0, 2, 2
    std::vector<double> values(samples.size() * kWidth, -1.0), expected;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      for (Index j = 0; j < kWidth; ++j) {
        expected.push_back(static_cast<double>(10 * samples[i] + j));
        if (harvest.holds(samples[i])) values[i * kWidth + static_cast<std::size_t>(j)] = expected.back();
      }
    }
    share(harvest, samples, values, kWidth);
    EXPECT_EQ(values, expected);
  });
}

/// Counts the numbers that reach a process.
class CountingCommunicator final : public TimeCommunicator {
 public:
  explicit CountingCommunicator(TimeCommunicator& inner) : inner_(inner) {}
  int rank() const override { return inner_.rank(); }
  int size() const override { return inner_.size(); }
  void send(int to, std::span<const double> numbers) override { inner_.send(to, numbers); }
  void receive(int from, std::span<double> numbers) override {
    count_ += std::ssize(numbers);
    inner_.receive(from, numbers);
  }
  std::vector<std::string> gather(std::string_view bytes) override { return inner_.gather(bytes); }
  void share(std::span<double> values, std::span<const Index> begins) override {
    const auto r = static_cast<std::size_t>(rank());
    count_ += std::ssize(values) - (begins[r + 1] - begins[r]);
    inner_.share(values, begins);
  }
  void maximize(std::span<double> values) override {
    count_ += std::ssize(values);
    inner_.maximize(values);
  }
  void abandon(std::string_view reason) noexcept override { inner_.abandon(reason); }
  Index count() const { return count_; }

 private:
  TimeCommunicator& inner_;
  Index count_ = 0;
};

/// The most that reach one of four processes, all in all.
Index numbers_received(const Case& one) {
  std::mutex mutex;
  Index most = 0;
  ThreadProcesses processes(4);
  processes.run([&](TimeCommunicator& communicator) {
    CountingCommunicator counting(communicator);
    solve(one, &counting);
    const std::lock_guard lock(mutex);
    most = std::max(most, counting.count());
  });
  return most;
}

TEST(SharedHarvest, RowsTakeThePlaceOfStatesWhereTheyAreFewer) {
  constexpr Index kPoints = 20000, kIterations = 2;
  const Case one{.layer = "none",
                 .by_slice = false,
                 .recipe = StencilRecipe{.radius = 2, .neurons = 400}.text(),
                 .points = kPoints,
                 .max_iterations = kIterations};
  const Index features = 400 + 1 + 5, rows = kSlices * (4 * features / kSlices + 1);
  // Values, with targets, of each sweep; from the second on secants; three of four parts come from others. Beside them
  // a state from the process before, and numbers that say how slices do.
  const Index sweep = rows * (features + 1) * 3 / 4;
  const Index found = numbers_received(one);
  EXPECT_GT(found, kIterations * sweep);
  EXPECT_LT(found, (2 * kIterations - 1) * sweep + kIterations * (2 * kPoints + 100 * kSlices));
  EXPECT_LT(found, 3 * kPoints * kSlices * kIterations) << "states are fewer";
  EXPECT_TRUE(make_corrector({.points = 24, .is_forced_to_own = false})->samples_needed(kSlices).all);
  EXPECT_FALSE(make_corrector({.points = kPoints, .is_forced_to_own = false})->samples_needed(16 * kSlices).all);
}

TEST(SharedHarvest, ALearnerBySliceTellsNothing) {
  constexpr Index kPoints = 4000, kIterations = 3;
  const Case one{.corrector = "secant", .points = kPoints, .is_forced_to_own = false, .max_iterations = kIterations};
  // A state from the process before, and numbers that say how slices do; the model has its harvest in the end.
  const Index model = 2 * kPoints * kSlices * kIterations;
  EXPECT_LT(numbers_received(one), model + kIterations * (2 * kPoints + 100 * kSlices));
}

}  // namespace
}  // namespace forerun
