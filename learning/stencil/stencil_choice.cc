#include "learning/stencil/stencil_choice.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <optional>

#include "learning/numerics/normal_readout.h"
#include "learning/stencil/stencil_rows.h"

namespace forerun {
namespace {

constexpr Index kCandidateRowsAFeature = 4;
constexpr Index kCandidateRows = 1024;  // at least
constexpr Index kTestRows = 2048;
constexpr double kCandidateRidge = 1e-9;
constexpr Index kTrialNeurons = 100;
constexpr double kMuchBetter = 2.0;
constexpr double kPoor = 4.0;
constexpr double kWidest = 64.0;     // points
constexpr double kExplained = 1e-3;  // leaves nothing to look for

/// Fields in units of their spread go to twice and three times that: neurons that are to be little more than quadratic
/// there, as discrepancies are, have short weights.
constexpr double kScale = 0.25;

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

StencilRecipe diamond_recipe(Index radius, Index neurons) {
  return {.symmetric = false,
          .radius = radius,
          .degree = 1,
          .centre_degree = 2,
          .product_degree = 1,
          .neurons = neurons,
          .decay = static_cast<double>(radius),
          .scale = kScale};
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

/// Root mean square of what is not explained, relative to what there is.
double unexplained(const States& readout, const StencilRows& rows) {
  const double left = (readout * rows.features - rows.targets).squaredNorm();
  const double all = rows.targets.squaredNorm();
  const double ratio = all > 0.0 ? std::sqrt(left / all) : 0.0;
  return std::isfinite(ratio) ? ratio : std::numeric_limits<double>::infinity();
}

double score(const StencilRecipe& recipe, const Harvest& harvest, const StateLayout& layout, const FieldScale& scale,
             const Samples& samples, const std::string& activation, std::uint64_t seed) {
  const auto serial = make_serial_executor();
  const StencilFeatures features(layout, recipe, scale, activation, seed);
  const Index wanted = std::max(kCandidateRowsAFeature * features.num_features(), kCandidateRows);
  const std::vector<Index> fitted = evenly_chosen(samples.fitted, wanted);
  const std::vector<Index> tested = evenly_chosen(samples.tested, kTestRows);
  const Index fit_points = points_for(wanted, std::ssize(fitted));
  const Index test_points = points_for(kTestRows, std::ssize(tested));
  const StencilRows rows = value_rows(features, harvest, fitted, fit_points, seed, *serial);
  const StencilRows secants = secant_rows(features, harvest, fitted, rows, seed, *serial);
  NormalReadout fit(features.num_features(), features.num_fields(), ridge_for(rows, kCandidateRidge));
  fit.append(rows.features, rows.targets, *serial);
  fit.append(secants.features, secants.targets, *serial);
  const States readout = fit.solve();
  const StencilRows values = value_rows(features, harvest, tested, test_points, seed, *serial);
  const StencilRows changes = secant_rows(features, harvest, tested, values, seed, *serial);
  const double of_values = unexplained(readout, values);
  return changes.size() > 0 ? std::sqrt(of_values * unexplained(readout, changes)) : of_values;
}

/// The candidate that explains most.
class CandidateSearch {
 public:
  CandidateSearch(const Harvest& harvest, const StateLayout& layout, const FieldScale& scale,
                  const std::string& activation, std::uint64_t seed, SliceExecutor& executor,
                  const std::vector<StencilRecipe>& poor)
      : harvest_(harvest),
        layout_(layout),
        scale_(scale),
        activation_(activation),
        seed_(seed),
        executor_(executor),
        samples_(split(harvest)),
        poor_(poor) {}

  void try_all(std::vector<StencilRecipe> candidates) {
    std::erase_if(candidates, [&](const StencilRecipe& recipe) { return std::ranges::count(poor_, recipe) > 0; });
    std::vector<double> scores(candidates.size(), std::numeric_limits<double>::infinity());
    executor_.for_each(static_cast<Index>(candidates.size()), [&](Index i) {
      const auto c = static_cast<std::size_t>(i);
      try {
        scores[c] = score(candidates[c], harvest_, layout_, scale_, samples_, activation_, seed_);
      } catch (const std::exception&) {
        // It stays the worst.
      }
    });
    for (std::size_t c = 0; c < candidates.size(); ++c) {
      tried_.push_back({candidates[c], scores[c]});
      if (!best_ || scores[c] < best_->unexplained) best_ = tried_.back();
    }
  }

  const ChosenRecipe& best() const { return *best_; }
  std::vector<StencilRecipe> poor() const {
    std::vector<StencilRecipe> recipes = poor_;
    for (const ChosenRecipe& one : tried_) {
      if (one.unexplained >= kPoor * best_->unexplained) recipes.push_back(one.recipe);
    }
    return recipes;
  }

 private:
  const Harvest& harvest_;
  const StateLayout& layout_;
  const FieldScale& scale_;
  const std::string& activation_;
  const std::uint64_t seed_;
  SliceExecutor& executor_;
  const Samples samples_;
  const std::vector<StencilRecipe> poor_;
  std::vector<ChosenRecipe> tried_;
  std::optional<ChosenRecipe> best_;
};

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
  if (search.best().recipe.neurons > 0) candidates.push_back(search.best().recipe);
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

FieldScale field_scale(const Harvest& harvest, const StateLayout& layout, const StateBounds& bounds) {
  constexpr double least = 1e-6;
  const auto fields = static_cast<Index>(layout.fields.size());
  const Index points = layout.dimension() / fields;
  const std::vector<Index> newest = harvest.newest(1);
  const States states = harvest.states()(Eigen::all, newest);
  const States increments =
      harvest.keeps_coarse() ? States(harvest.coarse()(Eigen::all, newest) - states) : States(states.rows(), 0);
  const Index seen = increments.cols() > 0 ? 2 * fields : fields;
  FieldScale scale{State(seen), State(seen)};
  for (Index s = 0; s < seen; ++s) {
    const Index f = s % fields;
    const auto values = (s < fields ? states : increments).middleRows(f * points, points);
    const double mean = values.mean();
    const double deviation = std::sqrt((values.array() - mean).square().mean());
    const double range = (bounds.upper - bounds.lower).segment(f * points, points).maxCoeff();
    scale.middle[s] = mean;
    scale.width[s] = std::max(std::sqrt(3.0) * deviation, (s < fields ? least : least * least) * range);
  }
  return scale;
}

ChosenRecipe choose_recipe(const Harvest& harvest, const StateLayout& layout, const FieldScale& scale, Index neurons,
                           const std::string& activation, std::uint64_t seed, SliceExecutor& executor,
                           const std::optional<ChosenRecipe>& before) {
  CandidateSearch search(harvest, layout, scale, activation, seed, executor,
                         before ? before->poor : std::vector<StencilRecipe>{});
  const Index trial = std::min((neurons + 1) / 2, kTrialNeurons);
  const std::size_t fields = layout.fields.size();
  std::vector<StencilRecipe> candidates = {shells_recipe(1, fields), shells_recipe(2, fields),
                                           shells_recipe(3, fields)};
  const bool is_line = layout.axes.size() == 1;
  if (is_line) {
    const double widest = std::min(kWidest, static_cast<double>(layout.axes.front().points) / 8.0);
    for (double width = 1.0; width <= std::max(1.0, widest); width *= 2.0) {
      candidates.push_back(points_recipe(width, 0.0, trial));
    }
  } else {
    candidates.push_back(diamond_recipe(1, trial));
    candidates.push_back(diamond_recipe(2, trial));
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
    search.try_all({points_recipe(0.7 * width, 0.0, trial), points_recipe(1.4 * width, 0.0, trial),
                    points_recipe(width, -0.5 * width, trial), points_recipe(width, 0.5 * width, trial)});
    const StencilRecipe& best = search.best().recipe;
    const auto shift = static_cast<double>(best.shift);
    search.try_all({points_recipe(best.decay, shift, trial, 0.5 * kScale),
                    points_recipe(best.decay, shift, trial, 2.0 * kScale),
                    points_recipe(best.decay, shift, trial, 4.0 * kScale)});
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
