#include "apps/forerun/campaign/flow_training.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "apps/forerun/campaign/operator_training.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/run/operator_solver.h"
#include "core/base/stop_scope.h"
#include "learning/numerics/random_stream.h"
#include "solvers/integrators/reduced/projected_sides.h"

namespace forerun {
namespace {

constexpr Index kWholeStates = 16;  ///< components that are coordinates themselves
constexpr Index kSamplesAFeature = 5;
constexpr Index kVariants = 4;             ///< of each run's parameters, its own the first
constexpr double kOtherParameters = 0.25;  ///< of half the box
constexpr double kDisplaced = 0.1;         ///< of half a coordinate's range, at most
constexpr double kMostBytesOfAFlow = 4e9;
constexpr std::uint64_t kStateStream = 11, kDisplacementStream = 12, kParameterStream = 13;

class ProjectedFamily final : public FlowEquations {
 public:
  /// Sample s has the equation `of_sample[s]`.
  ProjectedFamily(std::vector<ProjectedSides> sides, std::vector<std::size_t> of_sample, double length)
      : sides_(std::move(sides)), of_sample_(std::move(of_sample)), length_(length) {}

  void evaluate(Index sample, const StateView& state, StateOut slope) const override {
    at(sample).evaluate(state, slope);
    slope *= length_;
  }
  void differentiate(Index sample, const StateView& state, States& jacobian) const override {
    at(sample).differentiate(state, jacobian);
    jacobian *= length_;
  }

 private:
  const ProjectedSides& at(Index sample) const { return sides_[of_sample_[static_cast<std::size_t>(sample)]]; }

  std::vector<ProjectedSides> sides_;
  std::vector<std::size_t> of_sample_;
  double length_;
};

/// Inputs of the runs' parameters, `kVariants` for each run, the run's own first.
States inputs_of_runs(const CampaignConfig& config, const TrainedOperator& trained, const OperatorOptions& options,
                      const std::vector<Draw>& draws, const std::vector<std::size_t>& usable) {
  const Index p = trained.family.box.size();
  const RandomStream stream(options.seed, kParameterStream);
  States inputs(p, static_cast<Index>(usable.size()) * kVariants);
  for (std::size_t k = 0; k < usable.size(); ++k) {
    const State own = operator_inputs(config, trained, draws[usable[k]]);
    for (Index v = 0; v < kVariants; ++v) {
      const Index at = static_cast<Index>(k) * kVariants + v;
      for (Index j = 0; j < p; ++j) {
        const double moved = v == 0 ? 0.0 : kOtherParameters * stream.uniform(static_cast<std::uint64_t>(at * p + j));
        inputs(j, at) = std::clamp(own[j] + moved, -1.0, 1.0);
      }
    }
  }
  return inputs;
}

std::vector<ProjectedSides> equations_at(const Experiment& middle, const ParameterBox& box, const States& inputs,
                                         const std::shared_ptr<const States>& basis) {
  std::vector<ProjectedSides> sides;
  for (Index i = 0; i < inputs.cols(); ++i) {
    const State unit = 0.5 * (inputs.col(i).array() + 1.0);
    const State values = box.lower + (box.upper - box.lower).cwiseProduct(unit);
    sides.emplace_back(problem_at(*middle.problem, middle.config.problem.parameters, box, values), basis);
  }
  return sides;
}

void require_memory_of_flow(const CampaignConfig& config, const OperatorOptions& options, Index coordinates,
                            Index inputs, Index samples) {
  const double bytes = flow_fit_bytes(options, coordinates, inputs, samples);
  if (bytes <= kMostBytesOfAFlow) return;
  throw UsageError(config.base.file_name() + ": [operator] neurons: " + std::to_string(options.neurons) +
                   " neurons of " + std::to_string(coordinates) + " coordinates at " + std::to_string(samples) +
                   " states take " + format_bytes(bytes) + " to fit: must be at most " +
                   format_bytes(kMostBytesOfAFlow) + "; fewer modes, neurons or samples will do");
}

std::vector<std::size_t> usable_runs(const std::vector<RoughRun>& runs, std::size_t learned) {
  std::vector<std::size_t> usable;
  for (std::size_t r = 0; r < learned; ++r) {
    if (runs[r].states.size() > 0 && runs[r].states.allFinite()) usable.push_back(r);
  }
  return usable;
}

/// The coordinates of the states of each run.
std::vector<States> paths_of(const std::vector<RoughRun>& runs, const std::vector<std::size_t>& usable,
                             const States& basis, SliceExecutor& executor) {
  std::vector<States> paths(usable.size());
  executor.for_each(static_cast<Index>(usable.size()), [&](Index k) {
    const auto at = static_cast<std::size_t>(k);
    paths[at] = basis.transpose() * runs[usable[at]].states;
  });
  return paths;
}

/// Half of what each coordinate varies by.
State half_ranges(const std::vector<States>& paths) {
  State lowest = paths.front().rowwise().minCoeff(), highest = paths.front().rowwise().maxCoeff();
  for (const States& path : paths) {
    lowest = lowest.cwiseMin(path.rowwise().minCoeff());
    highest = highest.cwiseMax(path.rowwise().maxCoeff());
  }
  return 0.5 * (highest - lowest);
}

/// States of the paths, three of four displaced where the equation can be asked there. Returns which of `sides` each
/// sample has.
std::vector<std::size_t> draw_samples(const OperatorOptions& options, const std::vector<States>& paths,
                                      const std::vector<ProjectedSides>& sides, const States& inputs,
                                      SliceExecutor& executor, FlowSamples& samples) {
  const Index r = samples.starts.rows(), count = samples.starts.cols();
  const State displaced = kDisplaced * half_ranges(paths);
  const RandomStream places(options.seed, kStateStream), noise(options.seed, kDisplacementStream);
  std::vector<std::size_t> of_sample(static_cast<std::size_t>(count));
  executor.for_each(count, [&](Index s) {
    StopScope::throw_if_stop_requested();
    const auto run = static_cast<std::size_t>(s) % paths.size();
    const std::uint64_t lot = places.bits(static_cast<std::uint64_t>(s));
    const States& path = paths[run];
    const State own = path.col(static_cast<Index>(lot % static_cast<std::uint64_t>(path.cols())));
    const Index site = static_cast<Index>(run) * kVariants + static_cast<Index>((lot >> 32) % kVariants);
    of_sample[static_cast<std::size_t>(s)] = static_cast<std::size_t>(site);
    State start = own, slope(r);
    if ((lot >> 40) % 4 != 0) {
      for (Index i = 0; i < r; ++i) start[i] += displaced[i] * noise.uniform(static_cast<std::uint64_t>(s * r + i));
    }
    sides[static_cast<std::size_t>(site)].evaluate(start, slope);
    samples.starts.col(s) = slope.allFinite() ? start : own;
    samples.inputs.col(s) = inputs.col(site);
  });
  return of_sample;
}

}  // namespace

FlowTask flow_task(const CampaignConfig& config, const Experiment& middle, const TrainedOperator& trained,
                   const OperatorOptions& options, const std::vector<Draw>& draws, const std::vector<RoughRun>& runs,
                   std::size_t learned, SliceExecutor& executor) {
  const Index d = middle.dimension();
  const bool is_whole = d <= std::min(kWholeStates, options.modes);
  const States main = basis_of_runs(config, runs, learned, options.modes);
  const auto basis = std::make_shared<const States>(is_whole ? States::Identity(d, d) : main);
  const Index r = basis->cols(), p = trained.family.box.size();
  const Index count = std::min(options.samples, kSamplesAFeature * num_flow_features(options, r, p));
  require_memory_of_flow(config, options, r, p, count);

  const std::vector<std::size_t> usable = usable_runs(runs, learned);
  const States inputs = inputs_of_runs(config, trained, options, draws, usable);
  std::vector<ProjectedSides> sides = equations_at(middle, trained.family.box, inputs, basis);
  FlowTask task{{*basis, States(r, count), States(p, count)}, nullptr};
  std::vector<std::size_t> of_sample =
      draw_samples(options, paths_of(runs, usable, *basis, executor), sides, inputs, executor, task.samples);
  task.equations =
      std::make_unique<ProjectedFamily>(std::move(sides), std::move(of_sample), middle.grid.slice(0).length());
  return task;
}

}  // namespace forerun
