#include "learning/family/stencil_family.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

#include "core/base/number_text.h"
#include "learning/stencil/field_scale.h"
#include "learning/stencil/mesh_text.h"
#include "learning/stencil/stencil_choice.h"
#include "learning/stencil/stencil_rows.h"

namespace forerun {
namespace {

/// Of a run; what many have in common needs no more of each.
constexpr Index kFamilyRowsAFeature = 4;

}  // namespace

StencilFamily::StencilFamily(const FamilyOptions& options, const StateBounds& bounds, const StateLayout& layout,
                             ParameterBox parameters)
    : options_(options),
      bounds_(bounds),
      layout_(layout),
      basis_(std::move(parameters), options.degree, options.decay) {
  const auto check = [](bool holds, const char* sentence) {
    if (!holds) throw std::invalid_argument(std::string("stencil family: ") + sentence);
  };
  check(!layout.axes.empty(), "must have an equation on a mesh");
  check(layout.dimension() == bounds.lower.size(), "the mesh is another one than that of the bounds");
  check(options.samples_per_run >= 1, "needs one sample of a run at least");
}

void StencilFamily::begin(const Harvest& harvest, SliceExecutor& executor) {
  const FieldScale scale = field_scale(harvest, layout_, bounds_, executor);
  const ChosenRecipe chosen = choose_recipe(harvest, layout_, scale, options_.layer.neurons, options_.layer.activation,
                                            options_.layer.seed, executor, {}, RecipeUse::many_runs);
  features_ = std::make_shared<const StencilFeatures>(layout_, chosen.recipe, scale, options_.layer.activation,
                                                      options_.layer.seed);
  scale_.resize(features_->num_seen(), 2);
  scale_ << features_->scale().middle, features_->scale().width;
}

/// p ⊗ φ, a row each.
States StencilFamily::with_parameters(const States& features, const State& weights) const {
  const Index count = features.rows();
  States all(count * weights.size(), features.cols());
  for (Index a = 0; a < weights.size(); ++a) all.middleRows(a * count, count) = weights[a] * features;
  return all;
}

void StencilFamily::append(const Harvest& harvest, const StateView& parameters, SliceExecutor& executor) {
  if (harvest.size() == 0 || harvest.dimension() != layout_.dimension()) {
    throw std::invalid_argument("stencil family: a run's harvest must hold samples of " +
                                std::to_string(layout_.dimension()) + " components");
  }
  if (features_ && features_->recipe().increments && !harvest.keeps_coarse()) {
    throw std::invalid_argument(
        "stencil family: a run's harvest does not say what the coarse solver made of its states");
  }
  if (!box().contains(parameters)) {
    throw std::invalid_argument("stencil family: a run's parameters lie outside of the family's");
  }
  if (!features_) begin(harvest, executor);
  std::vector<Index> samples(static_cast<std::size_t>(harvest.size()));
  std::iota(samples.begin(), samples.end(), Index{0});
  const Index wanted = std::min(options_.samples_per_run, kFamilyRowsAFeature * features_->num_features());
  const std::vector<Index> used = evenly_chosen(samples, wanted);
  const Index points = points_for(wanted, std::ssize(used));
  const std::uint64_t seed = options_.layer.seed + static_cast<std::uint64_t>(num_runs());
  const StencilRows values = value_rows(*features_, harvest, used, points, seed, executor);
  const std::vector<double> moves =
      distances_moved(features_->scale().width.head(features_->num_fields()), harvest, used, executor);
  const StencilRows secants = secant_rows(*features_, harvest, used, moves, values, seed, executor).rows;
  const State weights = basis_.evaluate(parameters);
  if (!readout_) {
    readout_.emplace(features_->num_features() * basis_.size(), features_->num_fields(),
                     ridge_for(values, options_.ridge));
  }
  readout_->append(with_parameters(values.features, weights), values.targets, executor);
  if (secants.size() > 0) readout_->append(with_parameters(secants.features, weights), secants.targets, executor);
  solution_ = readout_->solve();
  count(values.size());
}

StencilCorrection StencilFamily::correction_at(const StateView& parameters) const {
  if (!box().contains(parameters)) throw std::invalid_argument("stencil family: asked for parameters out of its range");
  const State weights = basis_.evaluate(parameters);
  const Index count = features_->num_features();
  States readout = States::Zero(solution_.rows(), count);
  for (Index a = 0; a < weights.size(); ++a) readout += weights[a] * solution_.middleCols(a * count, count);
  return {features_, layout_, readout, {}, bounds_};
}

std::shared_ptr<const Correction> StencilFamily::at(const StateView& parameters) const {
  if (num_runs() == 0 || !solution_.allFinite()) return nullptr;
  return std::make_shared<const StencilCorrection>(correction_at(parameters));
}

std::shared_ptr<LearnedModel> StencilFamily::model_at(const StateView& parameters) const {
  if (num_runs() == 0 || !solution_.allFinite()) return nullptr;
  auto model = std::make_shared<LearnedModel>();
  correction_at(parameters).describe(*model);
  model->harvest = Harvest(layout_.dimension());
  return model;
}

void StencilFamily::describe(TensorFileWriter& writer) const {
  writer.set_metadata("recipe", features_->recipe().text());
  writer.set_metadata("mesh", mesh_text(layout_));
  writer.set_metadata("layer.activation", features_->activation());
  writer.set_metadata("layer.seed", shortest_text(features_->seed()));
  writer.add_matrix("scale", scale_);
}

}  // namespace forerun
