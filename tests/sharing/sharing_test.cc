// The whole loop on threads that the thread sanitizer understands: what it shares between them is shared rightly, and
// the results are those of one thread.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <stop_token>
#include <thread>

#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "learning/family/store.h"
#include "learning/training/corrector_registry.h"
#include "learning/training/harvesting_trainer.h"
#include "solvers/equations/problem_registry.h"
#include "tests/conformance/executor_laws.h"
#include "tests/core/temporary_directory.h"
#include "tests/core/thread_executor.h"

namespace forerun {
namespace conformance {

INSTANTIATE_TEST_SUITE_P(Threads, ExecutorLaw,
                         ::testing::Values(ExecutorCase{"One", [] { return testing::make_thread_executor(1); }},
                                           ExecutorCase{"Two", [] { return testing::make_thread_executor(2); }},
                                           ExecutorCase{"Four", [] { return testing::make_thread_executor(4); }}),
                         executor_case_name);

}  // namespace conformance

namespace {

constexpr Index kSlices = 12;

/// Sees progress from every thread.
class Counter final : public IterationObserver {
 public:
  void on_iteration(const IterationRecord&, const States&) override { ++iterations; }
  void on_fine_progress(Index, Index, Index) override { ++progress; }

  Index iterations = 0;
  std::atomic<Index> progress = 0;
};

/// An equation with its solvers, cheapest level first.
struct Setting {
  std::unique_ptr<OdeProblem> problem;
  TimeGrid grid;
  State initial;
  std::vector<std::unique_ptr<Propagator>> levels;
  std::unique_ptr<Propagator> coarse;

  Setting(const std::string& name, double end, const std::vector<SolverSpec>& specs, const SolverSpec& cheap)
      : problem(find_problem(name).make(Parameters(find_problem(name).parameters))),
        grid(0.0, end, kSlices),
        initial(problem->initial_state()),
        coarse(problem->make_propagator(cheap)) {
    for (const SolverSpec& spec : specs) levels.push_back(problem->make_propagator(spec));
  }

  FidelityLadder ladder() const {
    std::vector<const Propagator*> all;
    for (const auto& level : levels) all.push_back(level.get());
    return FidelityLadder(std::move(all));
  }
};

/// In SIMD lanes with a ladder, along the state, and with a Jacobian that is factorised for all threads.
const std::vector<Setting>& settings() {
  static const std::vector<Setting> all = [] {
    std::vector<Setting> made;
    made.emplace_back("lorenz", 2.0, std::vector<SolverSpec>{{"rk4", 8}, {"rk4", 20}, {"rk4", 60}},
                      SolverSpec{"rk4", 4});
    made.emplace_back("burgers", 0.5, std::vector<SolverSpec>{{"rk8", 12}}, SolverSpec{"rk1", 4});
    made.emplace_back("heat", 0.05, std::vector<SolverSpec>{{"backward_euler", 4}, {"backward_euler", 16}},
                      SolverSpec{"backward_euler", 1});
    return made;
  }();
  return all;
}

RunRecord solve(const Setting& setting, const std::string& corrector, StoppingRule rule, SliceExecutor& executor,
                IterationObserver* observer = nullptr, std::stop_token stop = {}) {
  const CorrectorEntry& entry = find_corrector(corrector);
  std::unique_ptr<HarvestingTrainer> trainer;
  if (entry.make) {
    ProblemSignature signature;
    signature.problem = setting.problem->name();
    signature.dimension = setting.problem->dimension();
    const CorrectorContext context{setting.problem->bounds(), 1, setting.problem->layout()};
    trainer = std::make_unique<HarvestingTrainer>(
        [&entry, context] { return entry.make(Parameters(entry.parameters), context); }, signature);
  }
  PararealOptions options;
  options.tolerance = 1e-7;
  options.stopping = rule;
  options.norm = StateNorm(setting.problem->bounds());
  options.bounds = setting.problem->range();
  options.stop = std::move(stop);
  return solve_parareal({setting.grid, setting.initial, *setting.coarse, setting.ladder(), trainer.get()}, options,
                        executor, observer);
}

class LoopOnThreads : public ::testing::TestWithParam<std::string> {};

TEST_P(LoopOnThreads, GivesWhatOneThreadGives) {
  const auto serial = make_serial_executor();
  const auto threads = testing::make_thread_executor(4);
  for (const Setting& setting : settings()) {
    if (find_corrector(GetParam()).needs_mesh && setting.problem->layout().axes.empty()) continue;
    for (const StoppingRule rule : {StoppingRule::published, StoppingRule::estimate}) {
      Counter counter;
      const RunRecord expected = solve(setting, GetParam(), rule, *serial);
      const RunRecord record = solve(setting, GetParam(), rule, *threads, &counter);
      EXPECT_EQ(record.boundaries, expected.boundaries) << setting.problem->name();
      EXPECT_EQ(record.num_iterations(), expected.num_iterations());
      EXPECT_EQ(counter.iterations, record.num_iterations());
      EXPECT_GT(counter.progress, 0);
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

INSTANTIATE_TEST_SUITE_P(Registry, LoopOnThreads, ::testing::ValuesIn(all_correctors()), test_name);

TEST(Sharing, ARunIsStoppedByAnotherThread) {
  const auto threads = testing::make_thread_executor(4);
  for (const Setting& setting : settings()) {
    std::stop_source source;
    const std::jthread stopper([&] { source.request_stop(); });
    const RunRecord record = solve(setting, "randnet", StoppingRule::estimate, *threads, nullptr, source.get_token());
    EXPECT_EQ(record.boundaries.cols(), kSlices + 1);
  }
}

TEST(Sharing, AFailureOfOneThreadIsHeardByAll) {
  const TimeGrid grid(0.0, 1.0, kSlices);
  const State initial = State::Ones(1);
  const auto step = [](double factor) {
    return FunctionPropagator(1, [factor](const Slice& slice, const StateView& in, StateOut out) {
      out[0] = factor * in[0];
      if (slice.index >= 3 && factor == 0.9) throw std::runtime_error("slice " + std::to_string(slice.index));
    });
  };
  const auto coarse = step(0.8), fine = step(0.9);
  for (const int num_threads : {1, 2, 4}) {
    const auto threads = testing::make_thread_executor(num_threads);
    const RunRecord record = solve_parareal({grid, initial, coarse, fine}, PararealOptions{}, *threads);
    ASSERT_TRUE(record.failure);
    EXPECT_EQ(record.failure->slice, 3);
  }
}

TEST(Sharing, AStoreIsWrittenByTwoThreadsAndReadByAThird) {
  const TemporaryDirectory directory;
  const StoreFamily family{{"burgers", {{"points", "2"}}, 2, 0.5, "rk1 x 2", "rk8 x 200"},
                           {{"viscosity"}, State{{0.005}}, State{{0.02}}}};
  const auto write = [&](const std::string& prefix) {
    Store store(directory / "s", family, 0);
    for (int i = 0; i < 10; ++i) {
      StoreEntry entry{prefix + std::to_string(i), State{{0.01}}, Harvest(2), 5, {}};
      entry.harvest.append(State{{1.0, 2.0}}, State{{0.1, 0.2}}, {0}, {1});
      store.add(entry);
    }
  };
  Store(directory / "s", family, 0);
  {
    const std::jthread first(write, "a"), second(write, "b"), reader([&] {
      const Store store = Store::open(directory / "s");
      for (int i = 0; i < 10; ++i) {
        for (const std::string& name : store.names()) EXPECT_EQ(store.read(name).harvest.size(), 1);
      }
    });
  }
  EXPECT_EQ(Store::open(directory / "s").names().size(), 20U);
}

}  // namespace
}  // namespace forerun
