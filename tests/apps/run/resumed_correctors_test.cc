// Every corrector that a configuration can name, cut off and gone on with: in SIMD lanes (Lorenz) and along the state
// (Burgers), on a ladder, from a model of another run, with any number of threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "core/parareal/parareal.h"
#include "learning/training/corrector_registry.h"
#include "learning/training/harvesting_trainer.h"
#include "solvers/equations/problem_registry.h"
#include "tests/apps/cli.h"
#include "tests/core/test_records.h"

namespace forerun {
namespace {

using testing::without_seconds;

constexpr Index kSlices = 12;
constexpr Digest128 kIdentity{1, 2};

/// Requests a stop while it crosses the `limit`-th of the slices that are counted.
class StoppingPropagator final : public Propagator {
 public:
  StoppingPropagator(const Propagator& inner, std::atomic<Index>& count, Index limit, std::stop_source& stop)
      : inner_(inner), count_(count), limit_(limit), stop_(stop) {}
  Index dimension() const override { return inner_.dimension(); }
  Index block_size() const override { return inner_.block_size(); }
  double work_per_slice() const override { return inner_.work_per_slice(); }
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    count(1);
    inner_.propagate(slice, in, out);
  }
  void propagate_block(std::span<const Slice> slices, const StatesView& in, StatesOut out) const override {
    count(static_cast<Index>(slices.size()));
    inner_.propagate_block(slices, in, out);
  }

 private:
  void count(Index num_slices) const {
    const Index before = count_.fetch_add(num_slices);
    if (before < limit_ && before + num_slices >= limit_) stop_.request_stop();
  }

  const Propagator& inner_;
  std::atomic<Index>& count_;
  const Index limit_;
  std::stop_source& stop_;
};

struct Outcome {
  RunRecord record;
  Index num_fine = 0;  ///< slices that fine solvers crossed
  std::shared_ptr<const LearnedModel> model;
};

/// An equation with its solvers; the last of `steps` is the fine solver's, those before it are cheaper levels.
struct Setting {
  Setting(const std::string& name, double end, std::vector<Index> steps, StoppingRule stopping)
      : problem(find_problem(name).make(small_parameters(name))),
        grid(0.0, end, kSlices),
        initial(problem->initial_state()),
        coarse(problem->make_propagator({"rk1", steps.front()})),
        rule(stopping) {
    for (const Index n : steps) fine.push_back(problem->make_propagator({"rk4", n}));
  }
  static Parameters small_parameters(const std::string& name) {
    Parameters parameters(find_problem(name).parameters);
    if (name == "burgers") parameters.set("points", std::int64_t{16});
    if (name == "burgers") parameters.set("viscosity", 0.05);
    return parameters;
  }

  std::unique_ptr<OdeProblem> problem;
  TimeGrid grid;
  State initial;
  std::unique_ptr<Propagator> coarse;
  std::vector<std::unique_ptr<Propagator>> fine;
  StoppingRule rule;
};

class ResumedCorrector : public ::testing::TestWithParam<std::string> {
 protected:
  Outcome run(const Setting& s, Index limit, int num_threads, SolveLog* log,
              const std::shared_ptr<const LearnedModel>& prior = nullptr) const {
    std::stop_source stop;
    std::atomic<Index> count = 0;
    std::vector<std::unique_ptr<Propagator>> stopping;
    std::vector<const Propagator*> levels;
    for (const auto& level : s.fine) {
      stopping.push_back(std::make_unique<StoppingPropagator>(*level, count, limit, stop));
      levels.push_back(stopping.back().get());
    }
    const CorrectorEntry& entry = find_corrector(GetParam());
    std::optional<HarvestingTrainer> trainer;
    if (entry.make) {
      const CorrectorContext context{s.problem->bounds(), 1, s.problem->layout()};
      const ProblemSignature signature{s.problem->name(), {}, s.problem->dimension(), s.grid.slice_length()};
      trainer.emplace([&entry, context] { return entry.make(Parameters(entry.parameters), context); }, signature,
                      prior);
    }
    PararealOptions options;
    options.norm = StateNorm(s.problem->bounds());
    options.bounds = s.problem->range();
    options.tolerance = 1e-8;
    options.stopping = s.rule;
    options.stop = stop.get_token();
    PararealProblem problem{s.grid, s.initial, *s.coarse, FidelityLadder(levels), trainer ? &*trainer : nullptr};
    problem.log = log;
    const auto executor = num_threads == 1 ? make_serial_executor() : make_tbb_executor(num_threads);
    Outcome outcome{solve_parareal(problem, options, *executor), 0, nullptr};
    outcome.num_fine = count;
    if (trainer && outcome.record.num_iterations() > 0) {
      outcome.model = std::make_shared<const LearnedModel>(trainer->learned_model(*executor));
    }
    return outcome;
  }

  /// Cut off at several places, each with another number of threads before and after.
  void expect_same(const Setting& setting, const std::shared_ptr<const LearnedModel>& prior = nullptr) const {
    if (find_corrector(GetParam()).needs_mesh && setting.problem->layout().axes.empty()) return;  // is not offered
    const Outcome whole = run(setting, 0, 2, nullptr, prior);
    const Termination end = whole.record.termination;
    ASSERT_TRUE(end == Termination::converged || end == Termination::unconfirmed) << to_string(end);
    int first_threads = 1, second_threads = 4;
    for (const Index limit : {Index{1}, whole.num_fine / 3, whole.num_fine / 2, whole.num_fine - 1}) {
      const testing::TemporaryDirectory directory;
      const auto part = [&](Index at, int num_threads) {
        SolveLog log(directory / "log", kIdentity, SolveLogOptions::everything());
        return run(setting, at, num_threads, &log, prior);
      };
      part(limit, first_threads);
      const Outcome resumed = part(0, second_threads);
      EXPECT_EQ(without_seconds(resumed.record), without_seconds(whole.record)) << "stopped at slice " << limit;
      if (whole.model) {
        EXPECT_EQ(resumed.model->harvest.states(), whole.model->harvest.states());
        EXPECT_EQ(resumed.model->readout, whole.model->readout);
      }
      first_threads = first_threads == 4 ? 1 : 2 * first_threads;
      second_threads = second_threads == 4 ? 1 : 2 * second_threads;
    }
  }
};

TEST_P(ResumedCorrector, EndsWithTheSameBitsInLanes) { expect_same({"lorenz", 1.5, {100}, StoppingRule::published}); }

TEST_P(ResumedCorrector, EndsWithTheSameBitsAlongTheState) {
  expect_same({"burgers", 1.0, {16}, StoppingRule::published});
}

TEST_P(ResumedCorrector, EndsWithTheSameBitsOnALadder) {
  expect_same({"lorenz", 1.5, {10, 40, 160}, StoppingRule::published});
  expect_same({"burgers", 1.0, {8, 32}, StoppingRule::estimate});
}

TEST_P(ResumedCorrector, EndsWithTheSameBitsFromAModelOfAnotherRun) {
  const Setting setting("burgers", 1.0, {16}, StoppingRule::published);
  const Outcome before = run(setting, 0, 1, nullptr);
  if (!before.model) return expect_same(setting);  // classic has none
  expect_same({"burgers", 1.2, {16}, StoppingRule::published}, before.model);
}

INSTANTIATE_TEST_SUITE_P(All, ResumedCorrector,
                         ::testing::Values("classic", "randnet-local", "randnet", "kriging", "krylov", "stencil",
                                           "auto"),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace forerun
