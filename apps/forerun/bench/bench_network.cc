#include "apps/forerun/bench/bench_network.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "apps/forerun/bench/bench_machine.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/precision/median.h"
#include "apps/forerun/precision/timed_run.h"
#include "apps/forerun/run/slice_timing.h"
#include "core/base/stop_scope.h"
#include "core/base/stopwatch.h"
#include "core/execution/time_communicator.h"

namespace forerun {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kMostDeviation = 0.15;  // of a measured time from the modelled one
constexpr int kRounds = 21;
constexpr Index kLongMessage = Index{1} << 18;  // numbers

/// A processor of one's own: it does one solve after the other, each of which takes this long, by waiting.
class PacedPropagator final : public Propagator {
 public:
  PacedPropagator(std::shared_ptr<const Propagator> inner, double seconds)
      : inner_(std::move(inner)),
        pace_(std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds))) {}

  Index dimension() const override { return inner_->dimension(); }
  double work_per_slice() const override { return inner_->work_per_slice(); }
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    const Clock::time_point end = reserve();
    inner_->propagate(slice, in, out);
    std::this_thread::sleep_until(end);
  }

 private:
  Clock::time_point reserve() const {
    const std::lock_guard lock(mutex_);
    free_at_ = std::max(free_at_, Clock::now()) + pace_;
    return free_at_;
  }

  const std::shared_ptr<const Propagator> inner_;
  const Clock::duration pace_;
  mutable std::mutex mutex_;
  mutable Clock::time_point free_at_{};
};

/// Seconds from one process to the next, a median of rounds in which `count` numbers pass all of them.
double hop_seconds(TimeCommunicator& communicator, Index count) {
  const int last = communicator.size() - 1;
  const int rank = communicator.rank();
  std::vector<double> message(static_cast<std::size_t>(count));
  std::vector<double> rounds;
  for (int round = 0; round <= kRounds; ++round) {
    const Stopwatch watch;
    if (rank > 0) communicator.receive(rank - 1, message);
    communicator.send(rank == last ? 0 : rank + 1, message);
    if (rank == 0) communicator.receive(last, message);
    if (round > 0) rounds.push_back(watch.seconds() / communicator.size());  // the first finds pages and routes
  }
  double seconds = rank == 0 ? median(rounds) : 0.0;
  communicator.maximize({&seconds, 1});  // what the first has seen
  return seconds;
}

struct NetworkRun {
  std::string corrector;
  Index num_slices = 0;
  RunRecord record;  ///< of the fastest run
  double modelled_seconds = 0.0;
};

/// The fastest run with emulated fine solves, and what the model makes of a run alone.
std::optional<NetworkRun> shared_run(const BenchEntry& entry, const std::string& corrector, Index repeats,
                                     const Network& network, const Console& console, spdlog::logger& logger,
                                     const std::stop_token& stop) {
  Experiment experiment = make_experiment(entry.document());
  const double pace = entry.values.number("slice_seconds");
  NetworkRun run{corrector, experiment.num_slices(), {}, 0.0};
  double modelled = 0.0;
  if (console.speaks()) {
    Console alone = console;
    alone.communicator = nullptr;
    const auto timed = timed_run(experiment, corrector, alone, logger, stop);
    if (!timed) return std::nullopt;
    const RecordedRun recorded{experiment.num_slices(), experiment.dimension(), experiment.executor->num_threads(), 1,
                               pace};
    const double coarse = seconds_alone(*experiment.coarse, experiment.grid.slice(0), experiment.initial);
    const IterationHistory history = with_slice_seconds(iteration_history(timed->record, recorded), pace, pace, coarse);
    modelled = model_scaling(history, console.communicator->size(), {.network = network}).seconds;
  }
  console.communicator->maximize({&modelled, 1});
  run.modelled_seconds = modelled;
  experiment.fine =
      std::make_unique<PacedPropagator>(std::shared_ptr<const Propagator>(std::move(experiment.fine)), pace);
  experiment.executor = make_tbb_executor(2);  // the second waits for messages
  for (Index repeat = 0; repeat < repeats; ++repeat) {
    auto timed = timed_run(experiment, corrector, console, logger, stop);
    if (!timed) return std::nullopt;
    if (repeat > 0 && run.record.seconds.total <= timed->record.seconds.total) continue;
    run.record = std::move(timed->record);
  }
  return run;
}

void add(const BenchEntry& entry, const NetworkRun& run, int num_processes, const Network& network,
         BenchReport& report) {
  const double seconds = run.record.seconds.total;
  const double serial = entry.values.number("slice_seconds") * static_cast<double>(run.num_slices);
  const double ratio = seconds / run.modelled_seconds;
  report.summary.push_back({entry.title(), run.corrector, std::to_string(num_processes),
                            std::to_string(run.record.num_iterations()), format_number(1e3 * seconds),
                            format_number(1e3 * run.modelled_seconds), format_number(ratio),
                            format_number(serial / seconds)});
  report.measurements.push_back({entry.name, run.corrector, static_cast<double>(num_processes),
                                 static_cast<double>(run.record.num_iterations()), seconds, run.modelled_seconds,
                                 serial, serial / seconds, network.latency, network.bandwidth,
                                 run.record.converged() ? "yes" : "no"});
  if (!(std::abs(ratio - 1.0) <= kMostDeviation)) {
    report.missed.push_back(entry.title() + ": " + run.corrector + " took " + format_number(ratio) +
                            " times as long as modelled, the goal is within 15 %");
  }
  if (!run.record.converged()) report.missed.push_back(entry.title() + ": " + run.corrector + " did not converge");
  report.all_converged = report.all_converged && run.record.converged();
}

}  // namespace

std::vector<ParameterSpec> network_keys() {
  return {{"correctors", std::string("classic"), "whose runs are shared"},
          {"slice_seconds", 0.037, "how long a fine solve takes", 0.0}};
}

Network measured_network(TimeCommunicator& communicator) {
  Network network;
  network.latency = hop_seconds(communicator, 1);
  const double more = std::max(hop_seconds(communicator, kLongMessage) - network.latency, 1e-9);
  network.bandwidth = static_cast<double>(kLongMessage) * sizeof(double) / more;
  return network;
}

BenchReport bench_network(const std::vector<BenchEntry>& entries, Index repeats, const Console& console,
                          spdlog::logger& logger, std::stop_token stop) {
  const int num_processes = console.communicator->size();
  const Network network = measured_network(*console.communicator);
  BenchReport report;
  report.name = "network";
  report.heading = "A run that " + std::to_string(num_processes) +
                   " processes share against the model; emulated fine solves, all else real, on " + machine_text();
  report.summary_columns = {"problem", "corrector", "processes", "K", "ms", "modelled ms", "ratio", "speed-up"};
  report.columns = {"problem",        "corrector",        "processes", "iterations", "seconds",  "modelled_seconds",
                    "serial_seconds", "emulated_speedup", "latency",   "bandwidth",  "converged"};
  report.legend = {"From one process to the next: " + format_scientific(network.latency) + " s + bytes / (" +
                       format_scientific(network.bandwidth) +
                       " bytes/s), as `forerun scale --latency --bandwidth` takes.",
                   "Modelled: the same iterations on that many processors with this network (`forerun scale`).",
                   "Speed-up: over as many fine solves of the emulated time one after the other."};
  report.warnings = load_warnings();
  const StopScope scope(stop);
  for (const BenchEntry& entry : entries) {
    for (const std::string& corrector : split(entry.values.text("correctors"), ',')) {
      const auto run = shared_run(entry, corrector, repeats, network, console, logger, stop);
      report.interrupted = !run;
      if (!run) return report;
      add(entry, *run, num_processes, network, report);
    }
  }
  return report;
}

}  // namespace forerun
