#include "learning/stencil/recipe_trials.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/evenly_spread.h"
#include "learning/numerics/normal_readout.h"
#include "learning/stencil/stencil_rows.h"
#include "learning/training/shared_samples.h"

namespace forerun {
namespace {

constexpr Index kFittedRowsAFeature = 4;
constexpr Index kFittedRows = 1024;  // at least
constexpr Index kTestRows = 2048;
constexpr double kTrialRidge = 1e-9;
constexpr double kWorst = std::numeric_limits<double>::infinity();

/// Squares of what a readout leaves of targets, and of all there is.
struct Unexplained {
  double left = 0.0;
  double all = 0.0;

  /// Root mean square of what is not explained, relative to what there is.
  double part() const {
    const double ratio = all > 0.0 ? std::sqrt(left / all) : 0.0;
    return std::isfinite(ratio) ? ratio : kWorst;
  }
};

/// Squares of what a readout leaves of the targets of `samples`, and of all of them, in the columns that these samples
/// have among all `tested`.
void note_unexplained(const States& readout, const std::vector<Index>& tested, const std::vector<Index>& samples,
                      const StencilRows& rows, Eigen::Block<States> left) {
  const Index count = samples.empty() ? 0 : rows.size() / std::ssize(samples);
  std::size_t column = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    while (tested[column] != samples[i]) ++column;
    const auto targets = rows.targets.middleCols(static_cast<Index>(i) * count, count);
    const States misses = readout * rows.features.middleCols(static_cast<Index>(i) * count, count) - targets;
    left(0, static_cast<Index>(column)) = misses.squaredNorm();
    left(1, static_cast<Index>(column)) = targets.squaredNorm();
  }
}

}  // namespace

struct RecipeTrials::Trial {
  StencilRecipe recipe;
  std::unique_ptr<const StencilFeatures> features;
  std::vector<Index> fitted;  ///< samples
  StencilRows rows;
  StencilSecants secants;
  States readout;
  States left;  ///< of each tested sample: that and all of its values, and of its changes
  double has_failed = 0.0;
};

RecipeTrials::RecipeTrials(const Harvest& harvest, const StateLayout& layout, const FieldScale& scale,
                           const std::string& activation, std::uint64_t seed, SliceExecutor& executor)
    : harvest_(harvest),
      layout_(layout),
      scale_(scale),
      activation_(activation),
      seed_(seed),
      executor_(executor),
      samples_(split(harvest)),
      tested_(evenly_chosen(samples_.tested, kTestRows)),
      tested_here_(harvest.held(tested_)) {
  const State widths = scale.width.head(std::ssize(layout.fields));
  moves_ = distances_moved(widths, harvest, samples_.fitted, executor);
  const std::vector<double> moves = distances_moved(widths, harvest, tested_, executor);
  for (std::size_t i = 0; i < tested_.size(); ++i) {
    if (harvest.holds(tested_[i])) tested_moves_.push_back(moves[i]);
  }
}

/// The newest sample of each slice; they take turns, as what there is to learn may be over after a few of them.
RecipeTrials::Samples RecipeTrials::split(const Harvest& harvest) {
  Samples samples;
  const SamplesBySlice& by_slice = harvest.by_slice();
  const Index num_slices = by_slice.num_slices();
  for (Index place = 0; place < num_slices; ++place) {
    (place % 2 == 0 ? samples.fitted : samples.tested).push_back(by_slice.newest_at(place, harvest.size()));
  }
  if (samples.tested.empty()) samples.tested = samples.fitted;
  return samples;
}

std::vector<double> RecipeTrials::unexplained(const std::vector<StencilRecipe>& recipes) {
  std::vector<Trial> trials(recipes.size());
  for (std::size_t c = 0; c < recipes.size(); ++c) trials[c].recipe = recipes[c];
  for_each(trials, [&](Trial& trial) { make_rows(trial); });
  for (Trial& trial : trials) {
    if (trial.has_failed > 0.0) continue;
    share(harvest_, trial.fitted, trial.rows);
    share(harvest_, trial.secants.samples, trial.secants.rows);
  }
  fit_all(trials);
  for_each(trials, [&](Trial& trial) { test(trial); });
  std::vector<double> scores;
  for (Trial& trial : trials) scores.push_back(score(trial));
  return scores;
}

/// work(trial) in parallel, of those that have not failed; one that fails on one process has failed on all.
template <typename Work>
void RecipeTrials::for_each(std::vector<Trial>& trials, const Work& work) {
  std::vector<double> has_failed(trials.size());
  executor_.for_each(std::ssize(trials), [&](Index i) {
    const auto c = static_cast<std::size_t>(i);
    has_failed[c] = trials[c].has_failed;
    if (has_failed[c] > 0.0) return;
    try {
      work(trials[c]);
    } catch (const std::exception&) {
      has_failed[c] = 1.0;
    }
  });
  if (harvest_.processes()) harvest_.processes()->maximize(has_failed);
  for (std::size_t c = 0; c < trials.size(); ++c) trials[c].has_failed = has_failed[c];
}

void RecipeTrials::make_rows(Trial& trial) const {
  trial.features = std::make_unique<const StencilFeatures>(layout_, trial.recipe, scale_, activation_, seed_);
  const Index wanted = std::max(kFittedRowsAFeature * trial.features->num_features(), kFittedRows);
  std::vector<double> moves;
  for (const Index place : evenly_spread(wanted, std::ssize(samples_.fitted))) {
    trial.fitted.push_back(samples_.fitted[static_cast<std::size_t>(place)]);
    moves.push_back(moves_[static_cast<std::size_t>(place)]);
  }
  const Index points = points_for(wanted, std::ssize(trial.fitted));
  trial.rows = value_rows(*trial.features, harvest_, trial.fitted, points, seed_, *serial_);
  trial.secants = secant_rows(*trial.features, harvest_, trial.fitted, moves, trial.rows, seed_, *serial_);
}

/// All have all rows; each process fits its part of the candidates and tells the others the readouts.
void RecipeTrials::fit_all(std::vector<Trial>& trials) {
  TimeCommunicator* const processes = harvest_.processes();
  const auto num_processes = static_cast<std::size_t>(processes ? processes->size() : 1);
  const auto rank = static_cast<std::size_t>(processes ? processes->rank() : 0);
  for_each(trials, [&](Trial& trial) {
    const StencilFeatures& features = *trial.features;
    trial.readout = States::Zero(features.num_fields(), features.num_features());
    if (static_cast<std::size_t>(&trial - trials.data()) % num_processes == rank) fit(trial);
    trial.rows = {};
    trial.secants = {};
  });
  for (std::size_t c = 0; processes && c < trials.size(); ++c) {
    if (trials[c].has_failed > 0.0) continue;
    States& readout = trials[c].readout;
    std::vector<Index> begins(num_processes + 1, 0);
    std::fill(begins.begin() + static_cast<std::ptrdiff_t>(c % num_processes) + 1, begins.end(), readout.size());
    processes->share({readout.data(), static_cast<std::size_t>(readout.size())}, begins);
  }
}

void RecipeTrials::fit(Trial& trial) const {
  NormalReadout readout(trial.features->num_features(), trial.features->num_fields(),
                        ridge_for(trial.rows, kTrialRidge));
  readout.append(trial.rows.features, trial.rows.targets, *serial_);
  readout.append(trial.secants.rows.features, trial.secants.rows.targets, *serial_);
  trial.readout = readout.solve();
}

void RecipeTrials::test(Trial& trial) const {
  const StencilFeatures& features = *trial.features;
  const States& readout = trial.readout;
  const Index points = points_for(kTestRows, std::ssize(tested_));
  const StencilRows values = value_rows(features, harvest_, tested_here_, points, seed_, *serial_);
  const StencilSecants changes = secant_rows(features, harvest_, tested_here_, tested_moves_, values, seed_, *serial_);
  trial.left = States::Zero(4, std::ssize(tested_));
  note_unexplained(readout, tested_, tested_here_, values, trial.left.topRows(2));
  note_unexplained(readout, tested_, changes.samples, changes.rows, trial.left.bottomRows(2));
}

/// By values, and where any sample has changed since its predecessor by changes as well.
double RecipeTrials::score(Trial& trial) const {
  if (trial.has_failed > 0.0) return kWorst;
  share(harvest_, tested_, trial.left);
  const auto sum_of = [&](Index row) {
    Unexplained sum;
    for (Index i = 0; i < trial.left.cols(); ++i) {
      sum.left += trial.left(row, i);
      sum.all += trial.left(row + 1, i);
    }
    return sum;
  };
  const Unexplained changes = sum_of(2);
  const double of_values = sum_of(0).part();
  return changes.all > 0.0 ? std::sqrt(of_values * changes.part()) : of_values;
}

}  // namespace forerun
