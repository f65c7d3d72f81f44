#include "learning/stencil/stencil_correction.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "learning/numerics/kernels.h"
#include "learning/numerics/scratch.h"
#include "learning/stencil/mesh_text.h"

namespace forerun {
namespace {

constexpr Index kCorrectedPoints = 32;  // their features stay in the second-level cache

}  // namespace

StencilCorrection::StencilCorrection(std::shared_ptr<const StencilFeatures> features, StateLayout layout,
                                     const States& readout, std::map<std::string, std::string> options,
                                     StateBounds bounds)
    : features_(std::move(features)),
      layout_(std::move(layout)),
      readout_(readout.transpose()),
      options_(std::move(options)),
      bounds_(std::move(bounds)),
      points_(static_cast<std::size_t>(features_->num_points())) {
  if (readout_.rows() != features_->num_features() || readout_.cols() != features_->num_fields()) {
    throw std::invalid_argument("stencil: the readout does not fit the features");
  }
  std::iota(points_.begin(), points_.end(), Index{0});
  if (StencilConvolution::serves(features_->recipe())) convolution_.emplace(*features_, readout_);
}

void StencilCorrection::add_tangents(const Harvest& harvest, SliceExecutor& executor) {
  if (!features_->is_differentiable()) return;
  tangents_ = std::make_unique<const StencilTangents>(features_, readout_, harvest, executor);
}

void StencilCorrection::evaluate(const Slice& slice, const StateView& state, const StateView& coarse,
                                 StateOut out) const {
  if (tangents_ && tangents_->evaluate(slice, state, coarse, out)) return;
  thread_local Scratch opened_memory, feature_memory, value_memory;
  const Index num_points = features_->num_points();
  auto opened = opened_memory.vector(features_->opened_size());
  features_->open(state, coarse, opened.data());
  if (convolution_) return convolution_->evaluate(opened.data(), out);
  for (Index first = 0, end = 0; first < num_points; first = end) {
    end = features_->end_of_block(first, kCorrectedPoints);
    const Index count = end - first;
    const auto points = std::span(points_).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
    auto phi = feature_memory.matrix(count, features_->num_features());
    features_->evaluate(opened.data(), points, phi);
    auto values = value_memory.matrix(count, features_->num_fields());
    values.setZero();
    add_product(1.0, phi, readout_, values);
    for (Index f = 0; f < values.cols(); ++f) {
      out.segment(f * num_points + first, count) = features_->scale().width[f] * values.col(f);
    }
  }
}

void StencilCorrection::describe(LearnedModel& model) const {
  model.corrector = "stencil";
  model.options = options_;
  model.options["recipe"] = features_->recipe().text();
  model.options["mesh"] = mesh_text(layout_);
  model.options["steps"] = steps_text(layout_);
  model.bounds = bounds_;
  model.layer = LayerData{};
  model.layer.activation = features_->activation();
  model.layer.seed = features_->seed();
  model.layer.weights = States::Zero(1, 1);
  model.layer.biases = State::Zero(1);
  model.readout = readout_.transpose();
  model.basis.resize(features_->num_seen(), 2);
  model.basis << features_->scale().middle, features_->scale().width;
}

std::shared_ptr<const StencilFeatures> described_features(const LearnedModel& model, const StateLayout& layout) {
  const auto recipe = model.options.find("recipe");
  if (recipe == model.options.end()) throw std::invalid_argument("model: stencil has no recipe");
  const StencilRecipe parsed = StencilRecipe::parse(recipe->second);
  const Index seen = static_cast<Index>(layout.fields.size()) * (parsed.increments ? 2 : 1);
  if (model.basis.cols() != 2 || model.basis.rows() != seen) {
    throw std::invalid_argument("model: stencil has no scale for its fields");
  }
  const FieldScale scale{model.basis.col(0), model.basis.col(1)};
  return std::make_shared<const StencilFeatures>(layout, parsed, scale, model.layer.activation, model.layer.seed);
}

std::unique_ptr<const Correction> make_stencil_correction(const LearnedModel& model, const std::string& mesh) {
  StateLayout layout = parse_mesh(mesh);
  if (layout.dimension() != model.signature.dimension) {
    throw std::invalid_argument("model: the mesh of stencil is not that of its problem");
  }
  auto features = described_features(model, layout);
  return std::make_unique<const StencilCorrection>(std::move(features), std::move(layout), model.readout, model.options,
                                                   model.bounds);
}

}  // namespace forerun
