#include "learning/stencil/stencil_corrector.h"

#include <algorithm>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>

#include "learning/numerics/normal_readout.h"
#include "learning/stencil/field_scale.h"
#include "learning/stencil/stencil_choice.h"
#include "learning/stencil/stencil_correction.h"
#include "learning/stencil/stencil_rows.h"
#include "learning/training/shared_samples.h"

namespace forerun {
namespace {

constexpr double kMostUnexplained = 0.3;
/// Of the fields' ranges, in the root mean square.
constexpr double kFarOff = 0.1;
constexpr double kUsualRidge = 1e-9;
constexpr double kRidgeOfLinear = 1e-7;
/// Features of recipes without neurons, about.
constexpr double kPolynomials = 200.0;

/// Of single points: shells see no noise of the mesh's own width, and neurons little.
bool is_linear(const StencilRecipe& recipe) { return !recipe.symmetric && recipe.neurons == 0; }

double usual_features(const StencilOptions& options) {
  return options.neurons > 0 ? stencil_features(options.neurons) : kPolynomials;
}

/// Of values, and again of secants, in a sweep's fit.
double usual_rows(const StencilOptions& options) {
  const double features = usual_features(options);
  return std::max(static_cast<double>(options.rows) * features,
                  static_cast<double>(cheap_rows(static_cast<Index>(features))));
}

/// How far each of these samples is from the newest of its slice.
std::vector<double> distances_to_newest(const Harvest& harvest, const std::vector<Index>& samples,
                                        const StateNorm& norm, SliceExecutor& executor) {
  std::vector<double> distances(samples.size());
  executor.for_each(std::ssize(samples), [&](Index i) {
    const Index sample = samples[static_cast<std::size_t>(i)];
    if (!harvest.holds(sample)) return;
    const Index slice = harvest.slices()[static_cast<std::size_t>(sample)];
    const Index newest = harvest.by_slice().newest_of(slice, harvest.size());
    distances[static_cast<std::size_t>(i)] = norm.distance(harvest.state(sample), harvest.state(newest));
  });
  share(harvest, samples, distances);
  return distances;
}

double median_of(std::span<double> values) {
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::nth_element(values.begin(), middle, values.end());
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
  SamplesNeeded samples_needed(Index num_slices) const override {
    const double states = 3.0 * static_cast<double>(layout_.dimension()) * static_cast<double>(num_slices);
    const bool are_rows_fewer = stencil_shared_numbers(options_, std::ssize(layout_.fields)) < states;
    return {.all = !are_rows_fewer || beginning_ != nullptr};
  }

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
    leave_out_what_was_far_off(harvest, executor);
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
  void leave_out_what_was_far_off(const Harvest& harvest, SliceExecutor& executor) {
    const auto iteration_of = [&](Index sample) { return harvest.iterations()[static_cast<std::size_t>(sample)]; };
    std::vector<Index> samples;
    for (Index sample = 0; sample < harvest.size(); ++sample)
      if (!far_off_.contains(iteration_of(sample))) samples.push_back(sample);
    std::vector<double> distances = distances_to_newest(harvest, samples, norm_, executor);
    bool begins_anew = false;
    for (std::size_t first = 0, end = 0; first < samples.size(); first = end) {
      const Index iteration = iteration_of(samples[first]);
      while (end < samples.size() && iteration_of(samples[end]) == iteration) ++end;
      if (median_of(std::span(distances).subspan(first, end - first)) <= kFarOff) continue;
      far_off_.insert(iteration);
      begins_anew = begins_anew || samples[first] < num_fitted_;
    }
    if (!begins_anew) return;
    if (!beginning_) features_.reset();
    readout_.reset();
    chosen_by_changes_ = false;
    num_fitted_ = 0;
  }

  /// By values while there is nothing else, and once more by the first changes.
  void choose(const Harvest& harvest, SliceExecutor& executor) {
    if (!features_) scale_ = field_scale(harvest, layout_, bounds_, executor);
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
    const State widths = features_->scale().width.head(features_->num_fields());
    const std::vector<double> moves = distances_moved(widths, harvest, used, executor);
    StencilRows values;
    StencilSecants secants;
    together(harvest.processes(), [&] {
      values = value_rows(*features_, harvest, used, points, options_.seed, executor);
      secants = secant_rows(*features_, harvest, used, moves, values, options_.seed, executor);
    });
    share(harvest, used, values);
    share(harvest, secants.samples, secants.rows);
    if (is_linear(features_->recipe())) balance(values, std::ssize(used));
    if (!readout_) readout_.emplace(features_->num_features(), features_->num_fields(), ridge_for(values, ridge()));
    take_in(values, executor);
    take_in(secants.rows, executor);
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

double stencil_shared_numbers(const StencilOptions& options, Index num_fields) {
  const double features = usual_features(options);
  return 2.0 * usual_rows(options) * (features + static_cast<double>(num_fields));
}

double stencil_flops(const StencilOptions& options, double sweep_components) {
  constexpr double flops_a_neuron = 150.0;  // some twenty inputs, forwards and backwards, and tanh
  constexpr double flops_of_polynomials = 600.0;
  const bool has_neurons = options.neurons > 0;
  const double features = usual_features(options);
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
  const double rows = usual_rows(options);
  return 8.0 * (features * (2.0 * features + 3.0 * rows) + opened * static_cast<double>(dimension) + tangents +
                static_cast<double>(dimension) * num_samples);
}

}  // namespace forerun
