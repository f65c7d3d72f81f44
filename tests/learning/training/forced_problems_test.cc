// Problems whose slices differ by when they are: no learner may need more iterations there than classic Parareal.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "learning/training/corrector_registry.h"
#include "learning/training/harvesting_trainer.h"

namespace forerun {
namespace {

using RightHandSide = std::function<void(double t, const State& u, State& du)>;

struct Forced {
  std::string name;
  RightHandSide rhs;
  State initial;
  double end = 0.0;
  Index num_slices = 0;
  int fine_steps = 0;
  int coarse_steps = 0;
  StateBounds bounds;

  FunctionPropagator rk4(int steps) const {
    return {initial.size(), [steps, f = rhs](const Slice& slice, const StateView& in, StateOut out) {
              const double h = slice.length() / steps;
              State u = in, a(u.size()), b(u.size()), c(u.size()), d(u.size());
              for (int i = 0; i < steps; ++i) {
                const double t = slice.begin + i * h;
                f(t, u, a);
                f(t + h / 2, u + h / 2 * a, b);
                f(t + h / 2, u + h / 2 * b, c);
                f(t + h, u + h * c, d);
                u += h / 6 * (a + 2 * b + 2 * c + d);
              }
              out = u;
            }};
  }
};

void PrintTo(const Forced& problem, std::ostream* out) { *out << problem.name; }

std::vector<Forced> forced_problems() {
  return {{"sine",
           [](double t, const State& u, State& du) { du[0] = -u[0] + std::sin(5 * t); },
           State{{0.0}},
           20.0,
           40,
           200,
           1,
           {State{{-1.0}}, State{{1.0}}}},
          {"square_wave",
           [](double t, const State& u, State& du) { du[0] = -5 * u[0] + (std::fmod(t, 2.0) < 0.7 ? 5.0 : 0.0); },
           State{{0.0}},
           20.0,
           32,
           2000,
           2,
           {State{{0.0}}, State{{1.0}}}},
          {"duffing",
           [](double t, const State& u, State& du) {
             du[0] = u[1];
             du[1] = u[0] - u[0] * u[0] * u[0] - 0.3 * u[1] + 0.5 * std::cos(1.2 * t);
           },
           State{{1.0, 0.0}},
           60.0,
           60,
           400,
           8,
           {State{{-2.0, -2.0}}, State{{2.0, 2.0}}}},
          {"mathieu",
           [](double t, const State& u, State& du) {
             du[0] = u[1];
             du[1] = -(2.0 + 0.9 * std::cos(2 * t)) * u[0];
           },
           State{{1.0, 0.0}},
           40.0,
           40,
           200,
           4,
           {State{{-3.0, -3.0}}, State{{3.0, 3.0}}}},
          {"stiff",
           [](double t, const State& u, State& du) { du[0] = -1e3 * (u[0] - std::cos(t)); },
           State{{0.0}},
           2.0,
           20,
           1000,
           60,
           {State{{-1.0}}, State{{1.0}}}},
          {"slow_and_crude",  // classic converges slowly, so that there is much to lose and to win
           [](double t, const State& u, State& du) { du[0] = -u[0] * u[0] * u[0] + std::sin(0.4 * t); },
           State{{0.5}},
           40.0,
           64,
           200,
           1,
           {State{{-1.5}}, State{{1.5}}}}};
}

/// By its rule, though the published one may say that the estimated error is larger.
bool has_ended(const RunRecord& record) { return record.converged() || record.termination == Termination::unconfirmed; }

class ForcedProblem : public testing::TestWithParam<Forced> {
 protected:
  RunRecord solve(const std::string& corrector, StoppingRule rule, std::uint64_t seed) const {
    const Forced& problem = GetParam();
    const TimeGrid grid(0.0, problem.end, problem.num_slices);
    const FunctionPropagator fine = problem.rk4(problem.fine_steps), coarse = problem.rk4(problem.coarse_steps);
    const SerialSolution serial = solve_serial(grid, problem.initial, fine);
    const CorrectorEntry& entry = find_corrector(corrector);
    std::unique_ptr<HarvestingTrainer> trainer;
    if (entry.make) {
      trainer = std::make_unique<HarvestingTrainer>(
          [&] {
            return entry.make(Parameters(entry.parameters), {problem.bounds, seed});
          },
          ProblemSignature{.problem = problem.name, .dimension = problem.initial.size()});
    }
    PararealOptions options;
    options.stopping = rule;
    options.bounds = problem.bounds;
    options.norm = StateNorm(problem.bounds);
    const auto executor = make_serial_executor();
    return solve_parareal({grid, problem.initial, coarse, fine, trainer.get(), &serial.boundaries}, options, *executor);
  }
};

TEST_P(ForcedProblem, NoLearnerNeedsMoreIterationsThanClassic) {
  for (const StoppingRule rule : {StoppingRule::published, StoppingRule::estimate}) {
    const RunRecord classic = solve("classic", rule, 1);
    ASSERT_TRUE(has_ended(classic));
    for (const CorrectorEntry& entry : corrector_registry()) {
      if (entry.needs_mesh) continue;
      const bool is_random = entry.name.starts_with("randnet");
      for (std::uint64_t seed = 1; seed <= (is_random ? 5u : 1u); ++seed) {
        const RunRecord record = solve(entry.name, rule, seed);
        EXPECT_TRUE(has_ended(record)) << entry.name << ", seed " << seed;
        EXPECT_LE(record.num_iterations(), classic.num_iterations()) << entry.name << ", seed " << seed;
        // Increments below the tolerance, 5e-7, bound the error but roughly; the estimate bounds it.
        const double bound = rule == StoppingRule::estimate ? 5e-7 : 1e-5;
        EXPECT_LE(*record.error(), bound) << entry.name << ", seed " << seed;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, ForcedProblem, testing::ValuesIn(forced_problems()),
                         [](const auto& problem) { return problem.param.name; });

}  // namespace
}  // namespace forerun
