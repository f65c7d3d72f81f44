// The laws of the corrector "tangent" on runs: spectral of equations that are not linear.
#include "learning/subspace/tangent_corrector.h"

#include <gtest/gtest.h>

#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "learning/training/harvesting_trainer.h"
#include "solvers/equations/problem_registry.h"
#include "solvers/integrators/tangent/solver_tangent.h"
#include "solvers/integrators/tangent/tangent_modes.h"

namespace forerun {
namespace {

/// A problem with a fine and a coarse solver, and runs with so many modes of their difference.
class TangentRuns {
 public:
  TangentRuns(const std::string& name, const std::map<std::string, ParameterValue>& values, TimeGrid grid,
              SolverSpec fine, SolverSpec coarse)
      : problem_(make(name, values)),
        grid_(std::move(grid)),
        fine_spec_(std::move(fine)),
        coarse_spec_(std::move(coarse)),
        fine_(problem_->make_propagator(fine_spec_)),
        coarse_(problem_->make_propagator(coarse_spec_)),
        initial_(problem_->initial_state()),
        serial_(solve_serial(grid_, initial_, *fine_).boundaries) {}

  Index dimension() const { return initial_.size(); }

  RunRecord solve(Index modes, double tolerance, Index max_iterations = 0, int num_threads = 1,
                  bool with_coarse = true) const {
    const auto finder = std::make_shared<const TwoTangents>(make_solver_tangent(problem_, fine_spec_, *fine_),
                                                            make_solver_tangent(problem_, coarse_spec_, *coarse_),
                                                            *coarse_, fine_->work_per_slice());
    HarvestingTrainer trainer(
        [&] {
          return make_tangent_corrector({.modes = modes, .with_coarse = with_coarse, .printed = {}}, problem_->bounds(),
                                        finder);
        },
        {.problem = problem_->name(), .dimension = dimension(), .slice_length = grid_.slice_length()});
    PararealOptions options;
    options.tolerance = tolerance;
    options.max_iterations = max_iterations;
    options.norm = StateNorm(problem_->bounds());
    options.bounds = problem_->range();
    const auto executor = make_tbb_executor(num_threads);
    return solve_parareal({grid_, initial_, *coarse_, *fine_, &trainer, &serial_}, options, *executor);
  }

 private:
  static std::shared_ptr<const OdeProblem> make(const std::string& name,
                                                const std::map<std::string, ParameterValue>& values) {
    const ProblemEntry& entry = find_problem(name);
    Parameters parameters(entry.parameters);
    for (const auto& [key, value] : values) parameters.set(key, value);
    return entry.make(parameters);
  }

  std::shared_ptr<const OdeProblem> problem_;
  TimeGrid grid_;
  SolverSpec fine_spec_, coarse_spec_;
  std::unique_ptr<Propagator> fine_, coarse_;
  State initial_;
  States serial_;
};

TangentRuns burgers(Index points) {
  return {"burgers",
          {{"points", std::int64_t{points}}, {"viscosity", 0.02}},
          TimeGrid(0.0, 4.0, 16),
          {"rk4", 40},
          {"rk1", points / 6}};
}

TEST(TangentCorrector, MoreModesLeaveSmallerErrors) {
  const TangentRuns runs = burgers(32);
  double before = 1.0;
  for (const Index modes : {0, 8, 16, 32}) {
    const RunRecord record = runs.solve(modes, 0.0, 4);
    EXPECT_LT(*record.error(), 0.5 * before) << modes << " modes";
    before = *record.error();
  }
}

TEST(TangentCorrector, MoreModesNeedFewerIterations) {
  const TangentRuns runs = burgers(32);
  Index before = 17;
  for (const Index modes : {0, 12, 20, 32}) {
    const RunRecord record = runs.solve(modes, 1e-8);
    EXPECT_TRUE(record.converged());
    EXPECT_LE(*record.error(), 1e-8) << modes << " modes";
    EXPECT_LT(record.num_iterations(), before) << modes << " modes";
    before = record.num_iterations();
  }
}

/// log e' / log e tends to 2.
TEST(TangentCorrector, WithAllModesIsNewtonsMethod) {
  const TangentRuns runs = burgers(32);
  const RunRecord record = runs.solve(runs.dimension(), 0.0, 4);
  double last = *record.initial_error;
  for (const IterationRecord& iteration : record.iterations) {
    EXPECT_LE(*iteration.error, 0.2 * last * last + 1e-14) << "iteration " << iteration.iteration;
    last = *iteration.error;
  }
  EXPECT_LE(last, 1e-14);
}

TEST(TangentCorrector, OfALinearProblemWithAllModesIsExactAtOnce) {
  const TangentRuns runs("heat", {{"points", std::int64_t{40}}}, TimeGrid(0.0, 0.4, 16), {"radau2", 8},
                         {"backward_euler", 1});
  const RunRecord classic = runs.solve(0, 0.0, 1), some = runs.solve(8, 0.0, 1), all = runs.solve(40, 0.0, 1);
  EXPECT_GT(*classic.error(), 1e-6);
  EXPECT_LE(*some.error(), 1e-5 * *classic.error());
  EXPECT_LE(*all.error(), 1e-14);
}

/// Five Euler steps a slice are far from stable on so many points: with them nothing is gained but the slices that are
/// exact one by one.
TEST(TangentCorrector, WithoutAnUnstableCoarseSolverErrorsFallByWhatTheModesLeaveOut) {
  const TangentRuns runs("burgers", {{"points", std::int64_t{64}}, {"viscosity", 0.02}}, TimeGrid(0.0, 4.0, 16),
                         {"rk4", 60}, {"rk1", 5});
  EXPECT_GT(*runs.solve(0, 0.0, 5).error(), 1e-3);
  EXPECT_LE(*runs.solve(24, 0.0, 5, 1, false).error(), 1e-6);
  EXPECT_LE(*runs.solve(64, 0.0, 4, 1, false).error(), 1e-11);
}

TEST(TangentCorrector, ResultsAreBitIdenticalForAnyNumberOfThreads) {
  const TangentRuns runs = burgers(32);
  const RunRecord reference = runs.solve(6, 1e-8);
  const RunRecord without_coarse = runs.solve(16, 1e-8, 0, 1, false);
  for (const int num_threads : {2, 4}) {
    EXPECT_EQ(runs.solve(16, 1e-8, 0, num_threads, false).boundaries, without_coarse.boundaries);
    const RunRecord record = runs.solve(6, 1e-8, 0, num_threads);
    EXPECT_EQ(record.boundaries, reference.boundaries) << num_threads << " threads";
    ASSERT_EQ(record.num_iterations(), reference.num_iterations());
    for (std::size_t k = 0; k < record.iterations.size(); ++k)
      EXPECT_EQ(record.iterations[k].fine_work, reference.iterations[k].fine_work);
  }
}

TEST(TangentCorrector, WorkOnTangentsCountsAsFineWork) {
  const TangentRuns runs = burgers(32);
  const RunRecord classic = runs.solve(0, 0.0, 1), tangent = runs.solve(6, 0.0, 1);
  EXPECT_EQ(classic.effective_sweeps(), 1.0);
  EXPECT_GT(tangent.effective_sweeps(), 10.0);
}

}  // namespace
}  // namespace forerun
