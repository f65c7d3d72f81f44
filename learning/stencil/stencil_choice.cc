#include "learning/stencil/stencil_choice.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "learning/stencil/recipe_trials.h"

namespace forerun {
namespace {

constexpr Index kTrialNeurons = 100;
constexpr double kMuchBetter = 2.0;
constexpr double kNearlyAsGood = 1.5;
constexpr double kPoor = 4.0;
constexpr double kWidest = 64.0;     // points
constexpr double kExplained = 1e-3;  // leaves nothing to look for

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

/// The candidate that explains most.
class CandidateSearch {
 public:
  CandidateSearch(RecipeTrials trials, std::vector<StencilRecipe> poor, RecipeUse use)
      : trials_(std::move(trials)), poor_(std::move(poor)), for_many_(use == RecipeUse::many_runs) {}

  void try_all(std::vector<StencilRecipe> candidates) {
    std::erase_if(candidates, [&](const StencilRecipe& recipe) { return std::ranges::count(poor_, recipe) > 0; });
    const std::vector<double> unexplained = trials_.unexplained(candidates);
    for (std::size_t c = 0; c < candidates.size(); ++c) {
      tried_.push_back({candidates[c], unexplained[c]});
      take_if_better(best_);
      if (candidates[c].increments) take_if_better(best_with_increments_);
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

  RecipeTrials trials_;
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

ChosenRecipe choose_recipe(const Harvest& harvest, const StateLayout& layout, const FieldScale& scale, Index neurons,
                           const std::string& activation, std::uint64_t seed, SliceExecutor& executor,
                           const std::optional<ChosenRecipe>& before, RecipeUse use) {
  CandidateSearch search({harvest, layout, scale, activation, seed, executor},
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
