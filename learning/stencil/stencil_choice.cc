#include "learning/stencil/stencil_choice.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>

#include "core/base/evenly_spread.h"
#include "learning/numerics/normal_readout.h"
#include "learning/stencil/stencil_rows.h"
#include "learning/training/shared_samples.h"

namespace forerun {
namespace {

constexpr Index kCandidateRowsAFeature = 4;
constexpr Index kCandidateRows = 1024;  // at least
constexpr Index kTestRows = 2048;
constexpr double kCandidateRidge = 1e-9;
constexpr Index kTrialNeurons = 100;
constexpr double kMuchBetter = 2.0;
constexpr double kNearlyAsGood = 1.5;
constexpr double kPoor = 4.0;
constexpr double kWidest = 64.0;     // points
constexpr double kExplained = 1e-3;  // leaves nothing to look for
constexpr double kWorst = std::numeric_limits<double>::infinity();

/// Fields in units of their spread go to twice and three times that: neurons that are to be little more than quadratic
/// there, as discrepancies are, have short weights.
constexpr double kScale = 0.25;
/// Where other runs will come, whose states nobody has seen, flatter ones.
constexpr double kFlatScale = 0.0625;

/// Points |j| ≤ 10 strides to each side; what is `width` away still counts.
StencilRecipe points_recipe(double width, double shift, Index neurons, double scale = kScale) {
  return {.symmetric = false,
          .radius = 10,
          .stride = std::max<Index>(1, std::lround(width / 4.0)),
          .shift = std::lround(shift),
          .degree = 1,
          .centre_degree = 1,
          .product_degree = 1,
          .neurons = neurons,
          .decay = width,
          .scale = scale};
}

/// Shells with polynomials of as high degrees as so many fields allow.
StencilRecipe shells_recipe(Index radius, std::size_t num_fields) {
  StencilRecipe recipe{.symmetric = true, .radius = radius};
  recipe.degree = num_fields <= 2 ? 3 : 2;
  recipe.centre_degree = num_fields <= 2 ? 9 : num_fields == 3 ? 4 : 2;
  recipe.product_degree = num_fields <= 2 ? 4 : num_fields == 3 ? 2 : 1;
  return recipe;
}

StencilRecipe diamond_recipe(Index radius, Index neurons, double scale) {
  return {.symmetric = false,
          .radius = radius,
          .degree = 1,
          .centre_degree = 2,
          .product_degree = 1,
          .neurons = neurons,
          .decay = static_cast<double>(radius),
          .scale = scale};
}

StencilRecipe linear_recipe(Index radius) { return {.symmetric = false, .radius = radius}; }

struct Samples {
  std::vector<Index> fitted;
  std::vector<Index> tested;
};

/// The newest sample of each slice; they take turns, as what there is to learn may be over after a few of them.
Samples split(const Harvest& harvest) {
  Samples samples;
  const SamplesBySlice& by_slice = harvest.by_slice();
  const Index num_slices = by_slice.num_slices();
  for (Index place = 0; place < num_slices; ++place) {
    (place % 2 == 0 ? samples.fitted : samples.tested).push_back(by_slice.newest_at(place, harvest.size()));
  }
  if (samples.tested.empty()) samples.tested = samples.fitted;
  return samples;
}

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

/// A recipe that is tried, on slices that its readout is not fitted to.
struct Trial {
  StencilRecipe recipe;
  std::unique_ptr<const StencilFeatures> features;
  std::vector<Index> fitted;  ///< samples
  StencilRows rows;
  StencilSecants secants;
  States readout;
  States left;  ///< of each tested sample: that and all of its values, and of its changes
  double has_failed = 0.0;
};

/// The candidate that explains most.
class CandidateSearch {
 public:
  CandidateSearch(const Harvest& harvest, const StateLayout& layout, const FieldScale& scale,
                  const std::string& activation, std::uint64_t seed, SliceExecutor& executor,
                  const std::vector<StencilRecipe>& poor, RecipeUse use)
      : harvest_(harvest),
        layout_(layout),
        scale_(scale),
        activation_(activation),
        seed_(seed),
        executor_(executor),
        samples_(split(harvest)),
        tested_(evenly_chosen(samples_.tested, kTestRows)),
        tested_here_(harvest.held(tested_)),
        poor_(poor),
        for_many_(use == RecipeUse::many_runs) {
    const State widths = scale.width.head(std::ssize(layout.fields));
    moves_ = distances_moved(widths, harvest, samples_.fitted, executor);
    const std::vector<double> moves = distances_moved(widths, harvest, tested_, executor);
    for (std::size_t i = 0; i < tested_.size(); ++i) {
      if (harvest.holds(tested_[i])) tested_moves_.push_back(moves[i]);
    }
  }

  void try_all(std::vector<StencilRecipe> candidates) {
    std::erase_if(candidates, [&](const StencilRecipe& recipe) { return std::ranges::count(poor_, recipe) > 0; });
    std::vector<Trial> trials(candidates.size());
    for (std::size_t c = 0; c < candidates.size(); ++c) trials[c].recipe = candidates[c];
    for_each(trials, [&](Trial& trial) { make_rows(trial); });
    for (Trial& trial : trials) {
      if (trial.has_failed > 0.0) continue;
      share(harvest_, trial.fitted, trial.rows);
      share(harvest_, trial.secants.samples, trial.secants.rows);
    }
    fit_all(trials);
    for_each(trials, [&](Trial& trial) { test(trial); });
    for (Trial& trial : trials) {
      tried_.push_back({trial.recipe, score(trial)});
      take_if_better(best_);
      if (trial.recipe.increments) take_if_better(best_with_increments_);
    }
  }

  const ChosenRecipe& best() const {
    const bool increments_will_do =
        for_many_ && best_with_increments_ && best_with_increments_->unexplained <= kMuchBetter * best_->unexplained;
    return increments_will_do ? *best_with_increments_ : *best_;
  }
  /// With neurons, and for many runs the narrowest that explains nearly as much as any: the first run may be smoother
  /// than those to come.
  StencilRecipe best_of_points() const {
    StencilRecipe chosen = best_->recipe;
    for (const ChosenRecipe& one : tried_) {
      const bool will_do = one.recipe.neurons > 0 && one.unexplained <= kNearlyAsGood * best_->unexplained;
      if (for_many_ && will_do && one.recipe.decay < chosen.decay) chosen = one.recipe;
    }
    return chosen;
  }
  std::vector<StencilRecipe> poor() const {
    std::vector<StencilRecipe> recipes = poor_;
    for (const ChosenRecipe& one : tried_) {
      if (one.unexplained >= kPoor * best_->unexplained) recipes.push_back(one.recipe);
    }
    return recipes;
  }

 private:
  void take_if_better(std::optional<ChosenRecipe>& best) const {
    if (!best || tried_.back().unexplained < best->unexplained) best = tried_.back();
  }

  /// work(trial) in parallel, of those that have not failed; one that fails on one process has failed on all.
  void for_each(std::vector<Trial>& trials, const std::function<void(Trial&)>& work) {
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

  void make_rows(Trial& trial) const {
    trial.features = std::make_unique<const StencilFeatures>(layout_, trial.recipe, scale_, activation_, seed_);
    const Index wanted = std::max(kCandidateRowsAFeature * trial.features->num_features(), kCandidateRows);
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
  void fit_all(std::vector<Trial>& trials) {
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

  void fit(Trial& trial) const {
    NormalReadout readout(trial.features->num_features(), trial.features->num_fields(),
                          ridge_for(trial.rows, kCandidateRidge));
    readout.append(trial.rows.features, trial.rows.targets, *serial_);
    readout.append(trial.secants.rows.features, trial.secants.rows.targets, *serial_);
    trial.readout = readout.solve();
  }

  void test(Trial& trial) const {
    const StencilFeatures& features = *trial.features;
    const States& readout = trial.readout;
    const Index points = points_for(kTestRows, std::ssize(tested_));
    const StencilRows values = value_rows(features, harvest_, tested_here_, points, seed_, *serial_);
    const StencilSecants changes =
        secant_rows(features, harvest_, tested_here_, tested_moves_, values, seed_, *serial_);
    trial.left = States::Zero(4, std::ssize(tested_));
    note_unexplained(readout, tested_here_, values, trial.left.topRows(2));
    note_unexplained(readout, changes.samples, changes.rows, trial.left.bottomRows(2));
  }

  /// In the columns of these samples, some of the tested ones.
  void note_unexplained(const States& readout, const std::vector<Index>& samples, const StencilRows& rows,
                        Eigen::Block<States> left) const {
    const Index count = samples.empty() ? 0 : rows.size() / std::ssize(samples);
    std::size_t column = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      while (tested_[column] != samples[i]) ++column;
      const auto targets = rows.targets.middleCols(static_cast<Index>(i) * count, count);
      const States misses = readout * rows.features.middleCols(static_cast<Index>(i) * count, count) - targets;
      left(0, static_cast<Index>(column)) = misses.squaredNorm();
      left(1, static_cast<Index>(column)) = targets.squaredNorm();
    }
  }

  /// By values, and where any sample has changed since its predecessor by changes as well.
  double score(Trial& trial) const {
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

  const Harvest& harvest_;
  const StateLayout& layout_;
  const FieldScale& scale_;
  const std::string& activation_;
  const std::uint64_t seed_;
  SliceExecutor& executor_;
  const std::unique_ptr<SliceExecutor> serial_ = make_serial_executor();
  const Samples samples_;
  const std::vector<Index> tested_;
  const std::vector<Index> tested_here_;
  std::vector<double> moves_;         ///< of the fitted ones
  std::vector<double> tested_moves_;  ///< of those here
  const std::vector<StencilRecipe> poor_;
  std::vector<ChosenRecipe> tried_;
  std::optional<ChosenRecipe> best_, best_with_increments_;
  const bool for_many_;
};

void try_steepness(CandidateSearch& search, Index neurons) {
  const StencilRecipe& best = search.best().recipe;
  const auto shift = static_cast<double>(best.shift);
  search.try_all({points_recipe(best.decay, shift, neurons, 0.5 * kScale),
                  points_recipe(best.decay, shift, neurons, 2.0 * kScale),
                  points_recipe(best.decay, shift, neurons, 4.0 * kScale)});
}

/// What the coarse solver does in a slice is nearly what the equation says there: its error is a law of both, and often
/// next to linear. Products with increments explain still more and are tried of shells alone, which do not see the
/// noise that they would make grow.
void try_increments(CandidateSearch& search, const StateLayout& layout) {
  const std::size_t fields = layout.fields.size();
  std::vector<StencilRecipe> candidates;
  for (const Index radius : {1, 2}) {
    candidates.push_back(linear_recipe(radius));
    candidates.push_back(shells_recipe(radius, fields));
  }
  if (search.best().recipe.neurons > 0) candidates.push_back(search.best_of_points());
  candidates.push_back({.symmetric = true, .radius = 5});
  candidates.push_back({.symmetric = true, .radius = 5, .centre_degree = 3});
  for (StencilRecipe& candidate : candidates) {
    candidate.increments = true;
    if (!candidate.symmetric) candidate.product_degree = 0;
  }
  search.try_all(candidates);
}

/// Fields that vanish at walls rather than being mirrored, one after the other.
void try_walls(CandidateSearch& search, const StateLayout& layout) {
  const auto has_walls = [](const MeshAxis& axis) {
    return axis.ends == AxisEnds::walls_at_points || axis.ends == AxisEnds::walls_beyond_cells;
  };
  if (std::ranges::none_of(layout.axes, has_walls)) return;
  for (std::size_t f = 0; f < layout.fields.size(); ++f) {
    StencilRecipe recipe = search.best().recipe;
    recipe.odd |= Index{1} << f;
    search.try_all({recipe});
  }
}

}  // namespace

FieldScale field_scale(const Harvest& harvest, const StateLayout& layout, const StateBounds& bounds,
                       SliceExecutor& executor) {
  constexpr double least = 1e-6;
  const auto fields = static_cast<Index>(layout.fields.size());
  const Index points = layout.dimension() / fields;
  const std::vector<Index> newest = harvest.newest(1);
  const Index seen = harvest.keeps_coarse() ? 2 * fields : fields;
  const double count = static_cast<double>(points) * static_cast<double>(newest.size());
  /// The mean of what `of` makes of each field's values, over all samples and points.
  const auto mean_of = [&](const auto& of) -> State {
    States sums = States::Zero(seen, std::ssize(newest));
    executor.for_each(sums.cols(), [&](Index j) {
      const Index sample = newest[static_cast<std::size_t>(j)];
      if (!harvest.holds(sample)) return;
      const StateView state = harvest.state(sample), coarse = harvest.coarse(sample);
      for (Index s = 0; s < seen; ++s) {
        const Index first = s % fields * points;
        for (Index i = first; i < first + points; ++i)
          sums(s, j) += of(s, s < fields ? state[i] : coarse[i] - state[i]);
      }
    });
    share(harvest, newest, sums);
    State total = State::Zero(seen);
    for (Index j = 0; j < sums.cols(); ++j) total += sums.col(j);
    return total / count;
  };
  FieldScale scale;
  scale.middle = mean_of([](Index, double value) { return value; });
  const State squares = mean_of([&](Index s, double value) {
    const double difference = value - scale.middle[s];
    return difference * difference;
  });
  scale.width.resize(seen);
  for (Index s = 0; s < seen; ++s) {
    const double range = (bounds.upper - bounds.lower).segment(s % fields * points, points).maxCoeff();
    scale.width[s] = std::max(std::sqrt(3.0 * squares[s]), (s < fields ? least : least * least) * range);
  }
  return scale;
}

ChosenRecipe choose_recipe(const Harvest& harvest, const StateLayout& layout, const FieldScale& scale, Index neurons,
                           const std::string& activation, std::uint64_t seed, SliceExecutor& executor,
                           const std::optional<ChosenRecipe>& before, RecipeUse use) {
  CandidateSearch search(harvest, layout, scale, activation, seed, executor,
                         before ? before->poor : std::vector<StencilRecipe>{}, use);
  const Index trial = std::min((neurons + 1) / 2, kTrialNeurons);
  const double steepness = use == RecipeUse::many_runs ? kFlatScale : kScale;
  const std::size_t fields = layout.fields.size();
  std::vector<StencilRecipe> candidates = {shells_recipe(1, fields), shells_recipe(2, fields),
                                           shells_recipe(3, fields)};
  const bool is_line = layout.axes.size() == 1;
  if (is_line) {
    const double widest = std::min(kWidest, static_cast<double>(layout.axes.front().points) / 8.0);
    for (double width = 1.0; width <= std::max(1.0, widest); width *= 2.0) {
      candidates.push_back(points_recipe(width, 0.0, trial, steepness));
    }
  } else {
    candidates.push_back(diamond_recipe(1, trial, steepness));
    candidates.push_back(diamond_recipe(2, trial, steepness));
  }
  std::optional<ChosenRecipe> kept;
  if (before) {
    StencilRecipe as_tried = before->recipe;
    as_tried.neurons = std::min(as_tried.neurons, trial);
    search.try_all({as_tried});
    kept = search.best();
  }
  search.try_all(candidates);
  if (is_line && !search.best().recipe.symmetric) {
    const double width = search.best().recipe.decay;
    search.try_all(
        {points_recipe(0.7 * width, 0.0, trial, steepness), points_recipe(1.4 * width, 0.0, trial, steepness),
         points_recipe(width, -0.5 * width, trial, steepness), points_recipe(width, 0.5 * width, trial, steepness)});
    if (use == RecipeUse::one_run) try_steepness(search, trial);
  }
  if (harvest.keeps_coarse()) try_increments(search, layout);
  if (search.best().unexplained > kExplained) try_walls(search, layout);
  ChosenRecipe chosen = search.best();
  if (kept && kept->unexplained <= kMuchBetter * chosen.unexplained) chosen = *kept;
  chosen.poor = search.poor();
  if (chosen.recipe.neurons > 0) chosen.recipe.neurons = neurons;
  return chosen;
}

}  // namespace forerun
