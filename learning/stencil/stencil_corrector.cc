#include "learning/stencil/stencil_corrector.h"

#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>

#include "learning/numerics/normal_readout.h"
#include "learning/stencil/stencil_choice.h"
#include "learning/stencil/stencil_correction.h"
#include "learning/stencil/stencil_rows.h"

namespace forerun {
namespace {

constexpr double kMostUnexplained = 0.3;
/// Of the fields' ranges, in the root mean square.
constexpr double kFarOff = 0.1;
constexpr double kUsualRidge = 1e-9;
constexpr double kRidgeOfLinear = 1e-7;

/// Of single points: shells see no noise of the mesh's own width, and neurons little.
bool is_linear(const StencilRecipe& recipe) { return !recipe.symmetric && recipe.neurons == 0; }

/// The median over the samples [first, end) of how far each is from the newest of its slice.
double typical_distance(const Harvest& harvest, Index first, Index end, const StateNorm& norm) {
  const StatesView states = harvest.states();
  std::vector<double> distances;
  for (Index j = first; j < end; ++j) {
    const Index newest = harvest.by_slice().newest_of(harvest.slices()[static_cast<std::size_t>(j)], harvest.size());
    distances.push_back(norm.distance(states.col(j), states.col(newest)));
  }
  const auto middle = distances.begin() + std::ssize(distances) / 2;
  std::nth_element(distances.begin(), middle, distances.end());
  return *middle;
}

class StencilCorrector final : public Corrector {
 public:
  StencilCorrector(const StencilOptions& options, const StateBounds& bounds, const StateLayout& layout)
      : options_(options), bounds_(bounds), norm_(bounds, NormKind::rms), layout_(layout) {
    const auto check = [](bool holds, const std::string& sentence) {
      if (!holds) throw std::invalid_argument("stencil: " + sentence);
    };
    check(!layout.axes.empty(), "must have an equation on a mesh");
    check(layout.dimension() == bounds.lower.size(), "the mesh is another one than that of the bounds");
    check(options.rows >= 1 && options.neurons >= 0 && options.ridge >= 0.0, "options must not be negative");
    if (options.recipe != "auto") recipe_ = StencilRecipe::parse(options.recipe);
  }

  std::string name() const override { return "stencil"; }
  bool looks_at_coarse() const override { return !recipe_ || recipe_->increments; }

  void inherit(const Corrector& predecessor) override {
    const auto* other = dynamic_cast<const StencilCorrector*>(&predecessor);
    if (other == nullptr || !other->features_) return;
    recipe_ = other->features_->recipe();
    unexplained_ = other->unexplained_;
  }

  void begin_from(std::shared_ptr<const LearnedModel> model) override {
    if (model->corrector != "stencil") return;
    auto features = described_features(*model, layout_);
    if (model->readout.rows() != features->num_fields() || model->readout.cols() != features->num_features()) {
      throw std::invalid_argument("stencil: the readout does not fit the features");
    }
    beginning_ = std::move(model);
    recipe_ = features->recipe();
    features_ = std::move(features);
  }

  std::unique_ptr<const LearnedCorrection> fit(const Harvest& harvest, SliceExecutor& executor) override {
    if (harvest.size() == 0) throw std::invalid_argument("stencil: the harvest is empty");
    if (harvest.size() < num_fitted_) throw std::invalid_argument("stencil: the harvest shrank");
    const bool needs_coarse = recipe_ ? recipe_->increments : features_ && features_->recipe().increments;
    if (needs_coarse && !harvest.keeps_coarse()) throw std::invalid_argument("stencil: the harvest must keep G(u)");
    leave_out_what_was_far_off(harvest);
    choose(harvest, executor);
    while (num_fitted_ < harvest.size()) take_in_an_iteration(harvest, executor);
    if (unexplained_ > kMostUnexplained) return nullptr;
    States readout = readout_->solve();
    if (beginning_) readout += beginning_->readout;
    if (!readout.allFinite()) return nullptr;
    auto correction = std::make_unique<StencilCorrection>(features_, layout_, readout, options_.printed, bounds_);
    correction->add_tangents(harvest, executor);
    return correction;
  }

 private:
  /// An iterate that was nowhere near the solution shows the discrepancy of states that nobody asks for, and large ones
  /// that drown the others. Where such samples have been learned from, learning begins anew without them.
  void leave_out_what_was_far_off(const Harvest& harvest) {
    const std::vector<Index>& iterations = harvest.iterations();
    bool begins_anew = false;
    for (Index first = 0; first < harvest.size();) {
      const Index iteration = iterations[static_cast<std::size_t>(first)];
      Index end = first;
      while (end < harvest.size() && iterations[static_cast<std::size_t>(end)] == iteration) ++end;
      if (!far_off_.contains(iteration) && typical_distance(harvest, first, end, norm_) > kFarOff) {
        far_off_.insert(iteration);
        begins_anew = begins_anew || first < num_fitted_;
      }
      first = end;
    }
    if (!begins_anew) return;
    if (!beginning_) features_.reset();
    readout_.reset();
    chosen_by_changes_ = false;
    num_fitted_ = 0;
  }

  /// By values while there is nothing else, and once more by the first changes.
  void choose(const Harvest& harvest, SliceExecutor& executor) {
    if (!features_) scale_ = field_scale(harvest, layout_, bounds_);
    const bool has_changes = harvest.iterations().back() > harvest.iterations().front() + std::ssize(far_off_);
    if (!recipe_ && (!features_ || (has_changes && !chosen_by_changes_))) {
      chosen_by_changes_ = has_changes;
      chosen_ = choose_recipe(harvest, layout_, scale_, options_.neurons, options_.activation, options_.seed, executor,
                              features_ ? chosen_ : std::nullopt);
      unexplained_ = chosen_->unexplained;
      if (!features_ || !(features_->recipe() == chosen_->recipe)) begin(chosen_->recipe);
    } else if (!features_) {
      begin(*recipe_);
    }
  }

  void begin(const StencilRecipe& recipe) {
    features_ = std::make_shared<const StencilFeatures>(layout_, recipe, scale_, options_.activation, options_.seed);
    readout_.reset();
    num_fitted_ = 0;
  }

  /// Rows of the samples of the next iteration that has not been learned from.
  void take_in_an_iteration(const Harvest& harvest, SliceExecutor& executor) {
    const std::vector<Index>& iterations = harvest.iterations();
    const Index iteration = iterations[static_cast<std::size_t>(num_fitted_)];
    std::vector<Index> samples;
    while (num_fitted_ < harvest.size() && iterations[static_cast<std::size_t>(num_fitted_)] == iteration) {
      samples.push_back(num_fitted_++);
    }
    if (far_off_.contains(iteration)) return;
    const Index wanted = std::max(options_.rows * features_->num_features(), cheap_rows(features_->num_features()));
    const std::vector<Index> used = evenly_chosen(samples, wanted);
    const Index points = points_for(wanted, std::ssize(used));
    StencilRows values = value_rows(*features_, harvest, used, points, options_.seed, executor);
    StencilRows secants = secant_rows(*features_, harvest, used, values, options_.seed, executor);
    if (is_linear(features_->recipe())) balance(values, std::ssize(used));
    if (!readout_) readout_.emplace(features_->num_features(), features_->num_fields(), ridge_for(values, ridge()));
    take_in(values, executor);
    take_in(secants, executor);
  }

  /// What is left of them by what was known before.
  void take_in(StencilRows& rows, SliceExecutor& executor) {
    if (rows.size() == 0) return;
    if (beginning_) rows.targets -= beginning_->readout * rows.features;
    readout_->append(rows.features, rows.targets, executor);
  }

  double ridge() const {
    if (options_.ridge > 0.0) return options_.ridge;
    return is_linear(features_->recipe()) ? kRidgeOfLinear : kUsualRidge;
  }

  StencilOptions options_;
  StateBounds bounds_;
  StateNorm norm_;
  StateLayout layout_;
  std::optional<StencilRecipe> recipe_;  ///< given, or taken over: nothing is chosen
  FieldScale scale_;
  std::set<Index> far_off_;  ///< iterations that are not learned from
  std::optional<ChosenRecipe> chosen_;
  bool chosen_by_changes_ = false;
  double unexplained_ = 0.0;
  std::shared_ptr<const LearnedModel> beginning_;  ///< what is learned from here on is added to its readout
  std::shared_ptr<const StencilFeatures> features_;
  std::optional<NormalReadout> readout_;
  Index num_fitted_ = 0;
};

}  // namespace

std::unique_ptr<Corrector> make_stencil_corrector(const StencilOptions& options, const StateBounds& bounds,
                                                  const StateLayout& layout) {
  return std::make_unique<StencilCorrector>(options, bounds, layout);
}

double stencil_features(Index neurons) {
  constexpr double others = 60.0;  // shells with polynomials have fewer features altogether
  return static_cast<double>(neurons) + others;
}

double stencil_flops(const StencilOptions& options, double sweep_components) {
  constexpr double flops_a_neuron = 150.0;  // some twenty inputs, forwards and backwards, and tanh
  constexpr double polynomials = 200.0;
  constexpr double flops_of_polynomials = 600.0;
  const bool has_neurons = options.neurons > 0;
  const double features = has_neurons ? stencil_features(options.neurons) : polynomials;
  const double of_a_component =
      has_neurons ? flops_a_neuron * static_cast<double>(options.neurons) : flops_of_polynomials;
  // Products of rows, of values and of secants.
  return 2.0 * static_cast<double>(options.rows) * features * features * features + of_a_component * sweep_components;
}

double stencil_bytes(const StencilOptions& options, Index dimension, double num_slices, double num_samples) {
  constexpr double opened = 24.0;  // padded monomials of a state
  constexpr double inputs = 44.0;  // of the fields, and of their increments
  const auto components = static_cast<double>(dimension) * num_slices;
  const double tangents =
      std::min(inputs * components, static_cast<double>(StencilTangents::most_numbers)) + 3.0 * components;
  const double features = stencil_features(options.neurons);
  const double rows = static_cast<double>(options.rows) * features;
  return 8.0 * (features * (2.0 * features + 3.0 * rows) + opened * static_cast<double>(dimension) + tangents +
                static_cast<double>(dimension) * num_samples);
}

}  // namespace forerun
