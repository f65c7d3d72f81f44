#include <gmock/gmock.h>

#include <set>

#include "apps/forerun/precision/parallel_study.h"
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

TEST(ParallelCandidates, HaveAFineSolverThatLeavesRoomForTheIterationsError) {
  const std::vector<PrecisionPoint> points = {point(SolverSpec("rk4", 64), 1.0, 0.9e-6),
                                              point(SolverSpec("rk4", 128), 2.0, 0.6e-6)};
  const std::vector<ParallelSettings> candidates = parallel_candidates(points, 1e-6, 128, 2);
  std::set<Index> slices;
  for (const ParallelSettings& settings : candidates) {
    slices.insert(settings.slices);
    // The whole's steps, shared out: as many or more, but not twice as many.
    EXPECT_EQ(settings.fine, SolverSpec("rk4", (128 + settings.slices - 1) / settings.slices));
    EXPECT_EQ(settings.coarse, std::nullopt) << "no other method is known";
    EXPECT_EQ(settings.threads, 2);
  }
  EXPECT_EQ(slices, (std::set<Index>{8, 32, 128}));
  EXPECT_THAT(parallel_candidates(points, 1e-7, 128, 2), IsEmpty());
}

TEST(ParallelCandidates, TryARoughSolverOfAnotherMethodWhereItIsMuchCheaper) {
  const PrecisionPoint fine = point(SolverSpec("radau5", 1e-8), 1.0, 1e-7);
  const auto coarse_ones = [&](double rough_seconds) {
    const PrecisionPoint rough = point(SolverSpec("rkc2", 64), rough_seconds, 1e-4);
    std::vector<std::string> methods;
    for (const ParallelSettings& settings : parallel_candidates({fine, rough}, 1e-6, 8, 2)) {
      methods.push_back(settings.coarse ? settings.coarse->method : "a level");
    }
    return methods;
  };
  EXPECT_THAT(coarse_ones(0.1), Contains("rkc2"));
  EXPECT_THAT(coarse_ones(0.1), Contains("a level"));
  EXPECT_THAT(coarse_ones(0.5), Not(Contains("rkc2")));
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
  EXPECT_EQ(methods.size(), integrator_registry().size());
  EXPECT_EQ(find_integrator(methods.front()).needs, IntegratorNeeds::nothing);
  EXPECT_TRUE(find_integrator(methods.front()).adaptive);
}

}  // namespace
}  // namespace forerun
