#include "learning/training/guarded_corrector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>

#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "learning/training/corrector_registry.h"
#include "learning/training/harvesting_trainer.h"
#include "tests/learning/random_data.h"

namespace forerun {
namespace {

using test::random_matrix;
using test::unit_bounds;

constexpr Index kDimension = 3;
constexpr Index kNumSlices = 100;

using Function = std::function<State(const State&)>;

State discrepancy(const State& u) { return u.array().sin(); }

/// A corrector that knows what it will say.
class Oracle final : public Corrector {
 public:
  explicit Oracle(Function function) : function_(std::move(function)) {}

  std::string name() const override { return "oracle"; }

  std::unique_ptr<const LearnedCorrection> fit(const Harvest& /*harvest*/, SliceExecutor& /*executor*/) override {
    return std::make_unique<const Saying>(function_);
  }

 private:
  class Saying final : public LearnedCorrection {
   public:
    explicit Saying(Function function) : function_(std::move(function)) {}
    void evaluate(const Slice& /*slice*/, const StateView& state, const StateView& /*coarse*/,
                  StateOut out) const override {
      out = function_(state);
    }
    void describe(LearnedModel& model) const override { model.corrector = "oracle"; }

   private:
    Function function_;
  };

  Function function_;
};

Candidate candidate(const std::string& name, Function function) {
  return {name, [function] { return std::make_unique<Oracle>(function); }};
}

template <typename... Candidates>
std::unique_ptr<Corrector> make_guard(Candidates... candidates) {
  std::vector<Candidate> list;
  (list.push_back(std::move(candidates)), ...);
  return make_guarded_corrector("auto", std::move(list), StateNorm(unit_bounds(kDimension)));
}

State exact(const State& u) { return discrepancy(u); }
State off_by_a_constant(const State& u) { return discrepancy(u).array() + 5.0; }
State rough(const State& u) { return discrepancy(u) + 0.01 * u; }
State wild(const State& u) { return 100.0 * u; }
State not_a_number(const State& u) { return State::Constant(u.size(), std::numeric_limits<double>::quiet_NaN()); }

void append_sweep(Harvest& harvest, Index iteration) {
  const States states = random_matrix(kDimension, kNumSlices, static_cast<std::uint64_t>(iteration));
  States discrepancies(kDimension, kNumSlices);
  std::vector<Index> slices;
  for (Index n = 0; n < kNumSlices; ++n) {
    discrepancies.col(n) = discrepancy(states.col(n));
    slices.push_back(n);
  }
  harvest.append(states, discrepancies, slices, std::vector<Index>(kNumSlices, iteration));
}

class Guard : public testing::Test {
 protected:
  /// Who serves after `num_sweeps` sweeps.
  std::string serving_after(Index num_sweeps, Corrector& guard) {
    for (Index k = 1; k <= num_sweeps; ++k) {
      append_sweep(harvest_, k);
      correction_ = guard.fit(harvest_, *executor_);
    }
    return guard.serving();
  }

  State value(const State& state) const {
    State out(state.size());
    correction_->evaluate({.index = 0}, state, State(), out);
    return out;
  }

  const std::unique_ptr<SliceExecutor> executor_ = make_serial_executor();
  Harvest harvest_{kDimension};
  std::unique_ptr<const LearnedCorrection> correction_;
};

TEST_F(Guard, TheFirstCandidateServesWhileNothingHasBeenSeen) {
  const auto guard = make_guard(candidate("wild", wild), candidate("exact", exact));
  EXPECT_EQ(serving_after(1, *guard), "wild");
  EXPECT_FALSE(guard->errors().predicted);
  EXPECT_FALSE(guard->errors().found);
}

TEST_F(Guard, TheBestPredictionServesNext) {
  const auto guard = make_guard(candidate("wild", wild), candidate("rough", rough), candidate("exact", exact));
  EXPECT_EQ(serving_after(2, *guard), "exact");
  const State state = random_matrix(kDimension, 1, 9);
  EXPECT_EQ(value(state), exact(state));
}

TEST_F(Guard, ASuccessorKnowsWhoPredictedBestButNothingElse) {
  const auto guard = make_guard(candidate("wild", wild), candidate("exact", exact));
  serving_after(2, *guard);
  const auto successor = make_guard(candidate("wild", wild), candidate("exact", exact));
  successor->inherit(*guard);
  Harvest changed(kDimension);
  append_sweep(changed, 7);
  EXPECT_NE(successor->fit(changed, *executor_), nullptr) << "it has no harvest yet, so none can have shrunk";
  EXPECT_EQ(successor->serving(), "exact");
  const auto stranger = make_guard(candidate("wild", wild));
  stranger->inherit(*guard);
  EXPECT_EQ(stranger->serving(), "wild") << "others' scores are of no use";
}

TEST_F(Guard, ClassicServesWhereEveryLearnerMisleads) {
  const auto guard = make_guard(candidate("wild", wild), Candidate{"classic", nullptr});
  EXPECT_EQ(serving_after(2, *guard), "classic");
  EXPECT_EQ(value(random_matrix(kDimension, 1, 9)), State::Zero(kDimension).eval());
}

TEST_F(Guard, AModelThatGivesNoNumbersIsOutvoted) {
  const auto guard = make_guard(candidate("nan", not_a_number), candidate("rough", rough));
  EXPECT_EQ(serving_after(2, *guard), "rough");
}

TEST_F(Guard, OnlyTheChangeOfAPredictionCounts) {
  const auto guard = make_guard(candidate("rough", rough), candidate("off", off_by_a_constant));
  EXPECT_EQ(serving_after(2, *guard), "off");
}

TEST_F(Guard, SaysHowWrongTheLastOneWasAndWhatItExpectsOfTheNext) {
  const auto guard = make_guard(candidate("wild", wild), candidate("rough", rough));
  serving_after(2, *guard);
  ASSERT_TRUE(guard->errors().found && guard->errors().predicted);
  EXPECT_GT(*guard->errors().found, 10.0);      // wild served
  EXPECT_LT(*guard->errors().predicted, 0.02);  // rough will: 0.01 |u' − u|
  EXPECT_GT(*guard->errors().predicted, 0.001);
}

TEST_F(Guard, AnOldSuccessIsForgottenSweepBySweep) {
  // Good at first, later wild: its turn has come when it is bad for longer than it was good.
  auto num_fits = std::make_shared<int>(0);
  const Function fading = [num_fits](const State& u) { return *num_fits < 3 ? exact(u) : wild(u); };
  const auto guard = make_guard(candidate("fading", fading), candidate("rough", rough));
  for (Index k = 1; k <= 8; ++k) {
    *num_fits = static_cast<int>(k) - 1;
    append_sweep(harvest_, k);
    correction_ = guard->fit(harvest_, *executor_);
    if (k == 3) {
      EXPECT_EQ(guard->serving(), "fading");
    }
  }
  EXPECT_EQ(guard->serving(), "rough");
}

TEST_F(Guard, SlicesThatDidNotMoveSayNothing) {
  const auto guard = make_guard(candidate("wild", wild), candidate("exact", exact));
  append_sweep(harvest_, 1);
  guard->fit(harvest_, *executor_);
  harvest_.append(States(harvest_.states()), States(harvest_.discrepancies()), std::vector<Index>(harvest_.slices()),
                  std::vector<Index>(kNumSlices, 2));
  guard->fit(harvest_, *executor_);
  EXPECT_EQ(guard->serving(), "wild");
}

TEST_F(Guard, DescribesALearnedModelEvenWhereClassicServes) {
  const auto guard = make_guard(candidate("wild", wild), Candidate{"classic", nullptr});
  ASSERT_EQ(serving_after(2, *guard), "classic");
  LearnedModel model;
  correction_->describe(model);
  EXPECT_EQ(model.corrector, "oracle");
}

/// Fits nothing, or throws, while it is told to.
class Faulty final : public Corrector {
 public:
  explicit Faulty(std::shared_ptr<const bool> throws) : throws_(std::move(throws)) {}
  std::string name() const override { return "faulty"; }
  std::unique_ptr<const LearnedCorrection> fit(const Harvest& harvest, SliceExecutor& executor) override {
    if (*throws_) throw std::runtime_error("no fit today");
    return Oracle(exact).fit(harvest, executor);
  }

 private:
  std::shared_ptr<const bool> throws_;
};

TEST_F(Guard, ACandidateWhoseFitThrowsIsOutUntilItsNext) {
  const auto throws = std::make_shared<bool>(false);
  const auto guard = make_guard(Candidate{"faulty", [throws] { return std::make_unique<Faulty>(throws); }},
                                candidate("rough", rough), Candidate{"classic", nullptr});
  EXPECT_EQ(serving_after(2, *guard), "faulty");
  *throws = true;
  append_sweep(harvest_, 3);
  correction_ = guard->fit(harvest_, *executor_);
  EXPECT_EQ(guard->serving(), "rough");
  const State state = random_matrix(kDimension, 1, 9);
  EXPECT_EQ(value(state), rough(state));
  *throws = false;
  append_sweep(harvest_, 4);
  correction_ = guard->fit(harvest_, *executor_);
  EXPECT_EQ(guard->serving(), "faulty");
}

Candidate by_slice(const std::string& name, Function function) {
  Candidate made = candidate(name, std::move(function));
  made.by_slice = true;
  return made;
}

TEST_F(Guard, OneBySliceBeginsWhereItMattersWhenASliceIs) {
  for (const bool depends_on_time : {false, true}) {
    harvest_ = Harvest(kDimension);
    harvest_.set_depends_on_time(depends_on_time);
    const auto guard = make_guard(candidate("wild", wild), by_slice("rough", rough), candidate("exact", exact));
    EXPECT_EQ(serving_after(1, *guard), depends_on_time ? "rough" : "wild");
    append_sweep(harvest_, 2);
    guard->fit(harvest_, *executor_);
    EXPECT_EQ(guard->serving(), "exact") << "then the best serves";
  }
}

TEST_F(Guard, OneBySliceMustBeTwiceAsGoodWhereSlicesDoNotDiffer) {
  const auto half_again = [](const State& u) -> State { return discrepancy(u) + 0.0066 * u; };
  const auto better_by_far = [](const State& u) -> State { return discrepancy(u) + 0.001 * u; };
  for (const bool depends_on_time : {false, true}) {
    harvest_ = Harvest(kDimension);
    harvest_.set_depends_on_time(depends_on_time);
    const auto close = make_guard(candidate("rough", rough), by_slice("slice", half_again));
    EXPECT_EQ(serving_after(2, *close), depends_on_time ? "slice" : "rough");
    harvest_ = Harvest(kDimension);
    const auto clear = make_guard(candidate("rough", rough), by_slice("slice", better_by_far));
    EXPECT_EQ(serving_after(2, *clear), "slice");
    LearnedModel model;
    correction_->describe(model);
    EXPECT_EQ(model.corrector, "oracle");
  }
}

/// Learns the multiple of the state that the discrepancy is, whatever else it was before.
class Multiple final : public Corrector {
 public:
  std::string name() const override { return "multiple"; }
  std::unique_ptr<const LearnedCorrection> fit(const Harvest& harvest, SliceExecutor& executor) override {
    const double overlap = harvest.states().cwiseProduct(harvest.discrepancies()).sum();
    const double factor = overlap / harvest.states().squaredNorm();
    return Oracle([factor](const State& u) -> State { return factor * u; }).fit(harvest, executor);
  }
};

Candidate layer_on(const std::string& below, CorrectorFactory make) { return {"layer", std::move(make), false, below}; }

Candidate multiple_on(const std::string& below) {
  return layer_on(below, [] { return std::make_unique<Multiple>(); });
}

TEST_F(Guard, ALayerLearnsWhatIsLeftAndServesAsTheSum) {
  const auto guard = make_guard(candidate("rough", rough), multiple_on("rough"), Candidate{"classic", nullptr});
  EXPECT_EQ(serving_after(1, *guard), "rough");
  append_sweep(harvest_, 2);
  correction_ = guard->fit(harvest_, *executor_);
  EXPECT_EQ(guard->serving(), "layer");
  const State state = random_matrix(kDimension, 1, 9);
  EXPECT_LT((value(state) - exact(state)).norm(), 1e-12);
}

TEST_F(Guard, ALayerThatMisleadsDoesNotServe) {
  const auto guard =
      make_guard(candidate("rough", rough), layer_on("rough", [] { return std::make_unique<Oracle>(wild); }));
  EXPECT_EQ(serving_after(3, *guard), "rough");
}

TEST_F(Guard, WithoutAModelBelowALayerHasNone) {
  const auto throws = std::make_shared<bool>(true);
  const auto guard = make_guard(Candidate{"faulty", [throws] { return std::make_unique<Faulty>(throws); }},
                                multiple_on("faulty"), candidate("rough", rough));
  EXPECT_EQ(serving_after(2, *guard), "rough");
}

TEST_F(Guard, OfASumWhatIsBelowIsWrittenDown) {
  const auto guard = make_guard(candidate("rough", rough), multiple_on("rough"));
  ASSERT_EQ(serving_after(2, *guard), "layer");
  LearnedModel model;
  correction_->describe(model);
  EXPECT_EQ(model.corrector, "oracle");
}

TEST_F(Guard, AModelWithALayerOutlivesItsGuard) {
  auto guard = make_guard(candidate("rough", rough), layer_on("rough", [] {
                            return find_corrector("secant").make(Parameters(find_corrector("secant").parameters),
                                                                 {unit_bounds(kDimension), 1});
                          }));
  ASSERT_EQ(serving_after(3, *guard), "layer");
  const State state = random_matrix(kDimension, 1, 9), before = value(state);
  guard.reset();
  EXPECT_EQ(value(state), before);
}

TEST_F(Guard, RefusesALayerOnNothing) {
  EXPECT_THROW(make_guard(candidate("rough", rough), multiple_on("smooth")), std::invalid_argument);
  EXPECT_THROW(make_guard(multiple_on("rough"), candidate("rough", rough)), std::invalid_argument);
  EXPECT_THROW(make_guard(Candidate{"classic", nullptr}, multiple_on("classic")), std::invalid_argument);
}

TEST_F(Guard, RefusesNoCandidatesAndAnEmptyHarvest) {
  EXPECT_THROW(make_guarded_corrector("auto", {}, StateNorm()), std::invalid_argument);
  const auto guard = make_guard(candidate("exact", exact));
  EXPECT_THROW(guard->fit(Harvest(kDimension), *executor_), std::invalid_argument);
}

/// A nonlinear oscillator, coarsely and finely stepped.
State oscillate(State u, double length, Index steps) {
  const double h = length / static_cast<double>(steps);
  for (Index i = 0; i < steps; ++i) u += h * State{{u[1], -std::sin(u[0]) - 0.1 * u[1], 1.0}};
  return u;
}

RunRecord run(const std::string& corrector, int num_threads) {
  const TimeGrid grid(0.0, 20.0, 40);
  const auto steps = [](Index count) {
    return FunctionPropagator(kDimension, [count](const Slice& slice, const StateView& in, StateOut out) {
      out = oscillate(in, slice.length(), count);
    });
  };
  const FunctionPropagator fine = steps(400), coarse = steps(2);
  const State initial{{1.0, 0.0, 0.0}};
  const SerialSolution serial = solve_serial(grid, initial, fine);
  const StateBounds bounds{State{{-2.0, -2.0, 0.0}}, State{{2.0, 2.0, 20.0}}};
  PararealOptions options;
  options.norm = StateNorm(bounds);
  const CorrectorEntry& entry = find_corrector(corrector);
  std::unique_ptr<HarvestingTrainer> trainer;
  if (entry.make) {
    trainer = std::make_unique<HarvestingTrainer>(
        [&] {
          return entry.make(Parameters(entry.parameters), {bounds, 1});
        },
        ProblemSignature{.problem = "oscillator", .dimension = kDimension});
  }
  const auto executor = make_tbb_executor(num_threads);
  return solve_parareal({grid, initial, coarse, fine, trainer.get(), &serial.boundaries}, options, *executor);
}

TEST(Auto, NeedsFewerIterationsThanClassicForTheSameAnswer) {
  const RunRecord guarded = run("auto", 1), classic = run("classic", 1);
  ASSERT_TRUE(guarded.converged() && classic.converged());
  EXPECT_LT(2 * guarded.num_iterations(), classic.num_iterations());
  EXPECT_LT(*guarded.error(), 1e-6);
}

TEST(Auto, TheRecordNamesWhatServedAndItsErrors) {
  const RunRecord record = run("auto", 1);
  for (const IterationRecord& iteration : record.iterations) {
    EXPECT_THAT(iteration.corrector, testing::AnyOf(testing::StartsWith("kriging"), "classic"));
    EXPECT_EQ(iteration.found_correction_error.has_value(), iteration.iteration > 1);
  }
}

TEST(Auto, DoesNotDependOnTheNumberOfThreads) {
  const RunRecord one = run("auto", 1);
  for (const int threads : {2, 4}) EXPECT_EQ(run("auto", threads).boundaries, one.boundaries);
}

}  // namespace
}  // namespace forerun
