#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "learning/stencil/stencil_features.h"
#include "learning/training/harvest.h"

namespace forerun {

/// A recipe, and the part of held-out discrepancies (root mean square) that it leaves unexplained.
struct ChosenRecipe {
  StencilRecipe recipe;
  double unexplained = 0.0;
  std::vector<StencilRecipe> poor{};  ///< others that left four times as much or more
};

/// What a recipe is chosen for. Runs that are to come bring states that nobody has seen, and other parameters: then
/// neurons are flatter, and a recipe with increments, which know the parameters, is chosen unless another leaves half
/// as much.
enum class RecipeUse { one_run, many_runs };

/// The recipe with which a readout fitted to some slices explains others best, in values, and where there are any in
/// changes between iterates, too (the geometric mean of both). What was chosen `before` stays unless another leaves
/// half as much, and what was poor then is not tried again. Tried are shells with polynomials (of an equation that is
/// the same in all directions) and points with neurons, in one dimension at widths from one point to an eighth of the
/// mesh; then the best width's neighbours, and shifts against the direction that things travel in. Where the harvest
/// keeps G(u) then the same, shells and points next to linear with increments, and at walls each field that may vanish
/// there.
///
/// A function of the harvest and the seed. Cost: about a dozen fits with a third or half of the neurons, to as few rows
/// as tell recipes apart; parallel over candidates. Where processes share the harvest each makes the rows of its own
/// samples, which are exchanged, some megabytes a candidate, and fits its part of the candidates; of the others, which
/// recipes are tried on, four numbers a sample are told.
ChosenRecipe choose_recipe(const Harvest& harvest, const StateLayout& layout, const FieldScale& scale, Index neurons,
                           const std::string& activation, std::uint64_t seed, SliceExecutor& executor,
                           const std::optional<ChosenRecipe>& before = {}, RecipeUse use = RecipeUse::one_run);

}  // namespace forerun
