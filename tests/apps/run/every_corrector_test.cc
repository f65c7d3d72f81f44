#include <gtest/gtest.h>

#include <algorithm>

#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "learning/training/corrector_registry.h"
#include "learning/training/harvesting_trainer.h"
#include "solvers/equations/problem_registry.h"
#include "solvers/integrators/tangent/solver_tangent.h"
#include "solvers/integrators/tangent/tangent_modes.h"

namespace forerun {
namespace {

constexpr Index kSlices = 12;

/// The laws of Parareal with each corrector that a configuration can name, on equations whose slices advance in SIMD
/// lanes (Lorenz) and along the state (Burgers).
class EveryCorrector : public ::testing::TestWithParam<std::string> {
 protected:
  struct Setting {
    std::shared_ptr<const OdeProblem> problem;
    TimeGrid grid;
    SolverSpec coarse_spec;
    std::unique_ptr<Propagator> fine;
    std::unique_ptr<Propagator> coarse;
    State initial;
    States serial;
  };

  static Setting setting(const std::string& name, double end, const SolverSpec& fine, const SolverSpec& coarse) {
    const ProblemEntry& entry = find_problem(name);
    std::shared_ptr<const OdeProblem> problem = entry.make(Parameters(entry.parameters));
    Setting s{std::move(problem), TimeGrid(0.0, end, kSlices), coarse, nullptr, nullptr, {}, {}};
    s.fine = s.problem->make_propagator(fine);
    s.coarse = s.problem->make_propagator(coarse);
    s.initial = s.problem->initial_state();
    s.serial = solve_serial(s.grid, s.initial, *s.fine).boundaries;
    return s;
  }

  static std::vector<Setting> settings() {
    std::vector<Setting> all;
    if (!find_corrector(GetParam()).needs_mesh) all.push_back(setting("lorenz", 2.0, {"rk4", 60}, {"rk4", 4}));
    all.push_back(setting("burgers", 0.5, {"rk8", 12}, {"rk1", 4}));
    return all;
  }

  static RunRecord solve(const Setting& s, double tolerance, Index max_iterations, int num_threads) {
    const CorrectorEntry& entry = find_corrector(GetParam());
    std::unique_ptr<HarvestingTrainer> trainer;
    if (entry.make) {
      ProblemSignature signature;
      signature.problem = s.problem->name();
      signature.dimension = s.problem->dimension();
      CorrectorContext context{s.problem->bounds(), 1, s.problem->layout()};
      context.linearise = [&s](Index /*steps*/) {
        const SolverSpec few_steps("rk4", 4);
        return std::make_shared<const TwoTangents>(make_explicit_tangent(s.problem, few_steps),
                                                   make_solver_tangent(s.problem, s.coarse_spec, *s.coarse), *s.coarse,
                                                   s.fine->work_per_slice());
      };
      trainer = std::make_unique<HarvestingTrainer>(
          [&entry, context] { return entry.make(Parameters(entry.parameters), context); }, signature);
    }
    PararealOptions options;
    options.tolerance = tolerance;
    options.max_iterations = max_iterations;
    options.norm = StateNorm(s.problem->bounds());
    options.bounds = s.problem->range();
    const auto executor = make_tbb_executor(num_threads);
    return solve_parareal({s.grid, s.initial, *s.coarse, *s.fine, trainer.get()}, options, *executor);
  }
};

TEST_P(EveryCorrector, LeadingSlicesEqualSerialFineBitForBitAfterEachIteration) {
  for (const Setting& s : settings()) {
    for (Index k = 1; k <= kSlices; ++k) {
      const RunRecord record = solve(s, 0.0, k, 2);
      EXPECT_EQ(record.boundaries.leftCols(k + 1), s.serial.leftCols(k + 1))
          << s.problem->name() << " after " << k << " iterations";
    }
  }
}

TEST_P(EveryCorrector, ResultsAreBitIdenticalForAnyNumberOfThreads) {
  for (const Setting& s : settings()) {
    const RunRecord reference = solve(s, 5e-7, 0, 1);
    for (const int num_threads : {1, 2, 2, 3, 4, 4}) {
      const RunRecord record = solve(s, 5e-7, 0, num_threads);
      ASSERT_EQ(record.boundaries, reference.boundaries) << s.problem->name() << ", " << num_threads << " threads";
      ASSERT_EQ(record.num_iterations(), reference.num_iterations());
    }
  }
}

std::vector<std::string> all_correctors() {
  std::vector<std::string> names;
  for (const CorrectorEntry& entry : corrector_registry()) names.push_back(entry.name);
  return names;
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Registry, EveryCorrector, ::testing::ValuesIn(all_correctors()), test_name);

}  // namespace
}  // namespace forerun
