#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "apps/forerun/precision/parallel_study.h"
#include "apps/forerun/precision/rough_solvers.h"
#include "apps/forerun/precision/serial_study.h"
#include "core/base/stop_scope.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

PrecisionPoint point(const SolverSpec& solver, double seconds, double error) { return {solver, seconds, error}; }

TEST(FastestWithin, IsTheFastestOfThoseThatAreAccurateEnough) {
  const std::vector<PrecisionPoint> points = {point(SolverSpec("rk4", 8), 1.0, 1e-3),
                                              point(SolverSpec("rk4", 16), 2.0, 1e-5),
                                              point(SolverSpec("rk8", 4), 1.5, 1e-6)};
  EXPECT_EQ(fastest_within(points, 1e-3)->solver, SolverSpec("rk4", 8));
  EXPECT_EQ(fastest_within(points, 1e-5)->solver, SolverSpec("rk8", 4));
  EXPECT_EQ(fastest_within(points, 1e-7), nullptr);
}

TEST(FineSolver, LeavesRoomForTheIterationsError) {
  const std::vector<PrecisionPoint> points = {point(SolverSpec("rk4", 64), 1.0, 0.9e-6),
                                              point(SolverSpec("rk4", 128), 2.0, 0.6e-6)};
  EXPECT_EQ(fine_solver(points, 1e-6)->solver, SolverSpec("rk4", 128));
  EXPECT_EQ(fine_solver(points, 1e-7), nullptr);
}

TEST(ParallelCandidates, ShareStepsOutAmongFewSlicesAndMany) {
  const std::vector<ParallelSettings> candidates = parallel_candidates(SolverSpec("rk4", 100), {}, 128, 2);
  std::set<Index> slices;
  for (const ParallelSettings& settings : candidates) {
    slices.insert(settings.slices);
    // The whole's steps, shared out: as many or more, but not one a slice more.
    EXPECT_EQ(settings.fine, SolverSpec("rk4", (100 + settings.slices - 1) / settings.slices));
    EXPECT_EQ(settings.coarse, std::nullopt);
    EXPECT_EQ(settings.threads, 2);
    EXPECT_TRUE(settings.has_ladder());
  }
  EXPECT_EQ(slices, (std::set<Index>{8, 32, 128}));
}

TEST(ParallelCandidates, TryRoughSolversAndThoseOnCoarserMeshesWithoutALadder) {
  SolverSpec on_mesh("radau5", 1e-5);
  on_mesh.options.set("coarsening", std::int64_t{4});
  const std::vector<PrecisionPoint> rough = {point(SolverSpec("rkc2", 64), 0.1, 1e-4), point(on_mesh, 0.1, 1e-3)};
  int others = 0, meshes = 0;
  for (const ParallelSettings& settings : parallel_candidates(SolverSpec("radau5", 1e-8), rough, 8, 2)) {
    if (!settings.coarse) continue;
    settings.coarse->method == "rkc2" ? ++others : ++meshes;
    EXPECT_EQ(settings.has_ladder(), settings.coarse->method == "rkc2");
  }
  EXPECT_EQ(others, 2);
  EXPECT_EQ(meshes, 1);
}

TEST(OnSlices, LeavesTolerancesAndSharesStepsOut) {
  const ParallelSettings whole{.slices = 1, .fine = SolverSpec("dopri5", 1e-6), .coarse = SolverSpec("rk2", 10)};
  const ParallelSettings shared = on_slices(whole, 4);
  EXPECT_EQ(shared.slices, 4);
  EXPECT_EQ(shared.fine, SolverSpec("dopri5", 1e-6));
  EXPECT_EQ(shared.coarse, SolverSpec("rk2", 3));
  EXPECT_EQ(on_slices(shared, 2).coarse, SolverSpec("rk2", 6));
}

/// Heat on 127 points: the error of half as many is about 10⁻³ whatever the steps.
class RoughSolversTest : public ::testing::Test {
 protected:
  PrecisionTask task() const {
    const Slice interval{0, 0.0, 0.1};
    const State initial = problem_->initial_state();
    return {.problem = *problem_,
            .interval = interval,
            .initial = initial,
            .reference = solve_whole(*problem_, SolverSpec("dopri5", 1e-12), interval, initial),
            .norm = StateNorm(problem_->bounds(), NormKind::maximum),
            .smallest_error = 1e-9};
  }

  std::unique_ptr<OdeProblem> problem_ = make_problem("heat", {{"points", std::int64_t{127}}});
  /// So slow that every rough solver is much cheaper.
  PrecisionPoint fine_ = point(SolverSpec("radau5", 1e-8), 1e3, 1e-9);
};

TEST_F(RoughSolversTest, OnCoarserMeshesAreNoFinerThanTheMeshIsWorth) {
  const std::vector<PrecisionPoint> rough = rough_solvers(task(), {fine_}, fine_, {});
  std::set<Index> coarsenings;
  for (const PrecisionPoint& found : rough) {
    coarsenings.insert(found.solver.coarsening());
    EXPECT_EQ(found.solver.method, "radau5");
    SolverSpec finer = found.solver;
    finer.refine_to(1e-9);
    const Slice interval{0, 0.0, 0.1};
    const double of_mesh =
        task().norm.distance(solve_whole(*problem_, finer, interval, problem_->initial_state()), task().reference);
    EXPECT_LT(found.error, 1.5 * of_mesh);
    EXPECT_GT(found.solver.tolerance(), 1e-7);
  }
  EXPECT_EQ(coarsenings, (std::set<Index>{2, 4, 8, 16})) << "128 parts";
}

TEST_F(RoughSolversTest, AreMuchCheaperOrLeftOut) {
  fine_.seconds = 1e-9;
  EXPECT_THAT(rough_solvers(task(), {point(SolverSpec("rkc2", 8), 1e-9, 1e-4), fine_}, fine_, {}), IsEmpty());
}

TEST_F(RoughSolversTest, OnTheOwnMeshAreOfAnotherMethod) {
  const PrecisionPoint other = point(SolverSpec("rkc2", 8), 1.0, 1e-4),
                       same = point(SolverSpec("radau5", 1e-4), 0.5, 1e-4);
  const auto count = [&](const std::vector<PrecisionPoint>& serial) {
    const std::vector<PrecisionPoint> rough = rough_solvers(task(), serial, fine_, {});
    return std::count_if(rough.begin(), rough.end(), [](const auto& r) { return r.solver.coarsening() == 1; });
  };
  EXPECT_EQ(count({other, fine_}), 1);
  EXPECT_EQ(count({same, fine_}), 0);
}

class SerialStudyTest : public ::testing::Test {
 protected:
  PrecisionTask task(double smallest_error, double max_seconds) const {
    const Slice interval{0, 0.0, 1.0};
    const State initial = problem_->initial_state();
    return {.problem = *problem_,
            .interval = interval,
            .initial = initial,
            .reference = solve_whole(*problem_, SolverSpec("dopri5", 1e-13), interval, initial),
            .norm = StateNorm(problem_->bounds(), NormKind::maximum),
            .smallest_error = smallest_error,
            .max_seconds = max_seconds};
  }
  static bool always(const std::string&) { return true; }

  std::unique_ptr<OdeProblem> problem_ = make_problem("lorenz");
};

TEST_F(SerialStudyTest, GoesOnUntilItIsAccurateEnough) {
  const SerialStudy study = study_serial_solvers(task(1e-8, 10.0), {"rk4", "dopri5", "rk8"}, 1e-3, always, {});
  const PrecisionPoint* best = fastest_within(study.own, 1e-8);
  ASSERT_NE(best, nullptr);
  for (const PrecisionPoint& measured : study.own) {
    EXPECT_GT(measured.seconds, 0.0);
    if (measured.error <= 1e-8) {
      EXPECT_GE(measured.seconds, best->seconds);
    }
  }
}

TEST_F(SerialStudyTest, LeavesOutWhatTheEquationDoesNotOffer) {
  EXPECT_THAT(study_serial_solvers(task(1e-6, 10.0), {"exponential", "ars343"}, 1e-3, always, {}).own, IsEmpty());
}

/// Without a limit these steps would be doubled to 2^26.
TEST_F(SerialStudyTest, ASolveThatTakesTooLongIsBrokenOffAndEndsItsSeries) {
  const SerialStudy study = study_serial_solvers(task(1e-300, 0.01), {"rk1"}, 1e-300, always, {});
  ASSERT_FALSE(study.own.empty());
  EXPECT_LT(study.own.back().solver.steps(), Index{1} << 26);
}

TEST_F(SerialStudyTest, EndsWhereItIsToldTo) {
  std::vector<std::string> asked;
  const auto once = [&](const std::string& method) {
    asked.push_back(method);
    return asked.size() < 2;
  };
  const SerialStudy study = study_serial_solvers(task(1e-3, 10.0), {"rk4", "rk8", "rk2"}, 1e-3, once, {});
  EXPECT_EQ(asked, (std::vector<std::string>{"rk4", "rk8"}));
  for (const PrecisionPoint& measured : study.own) EXPECT_EQ(measured.solver.method, "rk4");
}

TEST_F(SerialStudyTest, AStopOfTheCallersIsNotTakenForASlowSolver) {
  std::stop_source source;
  source.request_stop();
  const std::stop_token token = source.get_token();
  const StopScope scope(token);
  EXPECT_THROW(study_serial_solvers(task(1e-6, 10.0), {"rk4"}, 1e-3, always, {}), StopRequested);
}

TEST(AllMethods, BeginWithTheCheapestKindsAndNameEachOnce) {
  const std::vector<std::string> methods = all_methods();
  EXPECT_EQ(std::set<std::string>(methods.begin(), methods.end()).size(), methods.size());
  EXPECT_EQ(methods.size(), integrator_registry().size() - 4) << "all but what has no order in its steps";
  EXPECT_EQ(find_integrator(methods.front()).needs, IntegratorNeeds::nothing);
  EXPECT_TRUE(find_integrator(methods.front()).adaptive);
}

}  // namespace
}  // namespace forerun
