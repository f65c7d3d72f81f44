#include "learning/stencil/stencil_tangents.h"

#include <algorithm>
#include <numeric>

#include "learning/numerics/kernels.h"
#include "learning/numerics/scratch.h"

namespace forerun {
namespace {

constexpr Index kTangentPoints = 32;  // their features stay in the second-level cache

}  // namespace

StencilTangents::StencilTangents(std::shared_ptr<const StencilFeatures> features, const StatesView& readout,
                                 const Harvest& harvest, SliceExecutor& executor)
    : features_(std::move(features)) {
  std::vector<Index> samples = harvest.newest(1);
  const auto slice_of = [&](Index sample) { return harvest.slices()[static_cast<std::size_t>(sample)]; };
  std::ranges::sort(samples, {}, slice_of);
  samples.resize(std::min(samples.size(), static_cast<std::size_t>(most_numbers / numbers_a_slice())));
  samples = harvest.held(samples);
  const auto count = static_cast<Index>(samples.size());
  states_.resize(harvest.dimension(), count);
  if (features_->recipe().increments) coarse_.resize(harvest.dimension(), count);
  for (Index place = 0; place < count; ++place) {
    const Index sample = samples[static_cast<std::size_t>(place)];
    slices_.push_back(slice_of(sample));
    states_.col(place) = harvest.state(sample);
    if (features_->recipe().increments) coarse_.col(place) = harvest.coarse(sample);
  }
  values_.resize(states_.rows(), count);
  gradients_.resize(samples.size());
  executor.for_each(count, [&](Index place) { differentiate(readout, place); });
}

Index StencilTangents::numbers_a_slice() const {
  return features_->num_points() * features_->num_fields() * features_->num_tangent_inputs();
}

void StencilTangents::differentiate(const StatesView& readout, Index place) {
  thread_local Scratch opened_memory, feature_memory, value_memory;
  const Index num_points = features_->num_points(), num_fields = features_->num_fields();
  const Index num_inputs = features_->num_tangent_inputs();
  States& gradients = gradients_[static_cast<std::size_t>(place)];
  gradients.resize(num_points, num_fields * num_inputs);
  auto opened = opened_memory.vector(features_->opened_size());
  features_->open(states_.col(place), column_if_any(coarse_, place), opened.data());
  std::vector<Index> points;
  for (Index first = 0, end = 0; first < num_points; first = end) {
    end = features_->end_of_block(first, kTangentPoints);
    const Index count = end - first;
    points.resize(static_cast<std::size_t>(count));
    std::iota(points.begin(), points.end(), first);
    auto phi = feature_memory.matrix(count, features_->num_features());
    features_->evaluate(opened.data(), points, phi);
    auto values = value_memory.matrix(count, num_fields);
    values.setZero();
    add_product(1.0, phi, readout, values);
    for (Index f = 0; f < num_fields; ++f) {
      const double width = features_->scale().width[f];
      values_.col(place).segment(f * num_points + first, count) = width * values.col(f);
      auto block = gradients.block(first, f * num_inputs, count, num_inputs);
      features_->differentiate(phi, width * readout.col(f), block);
    }
  }
}

bool StencilTangents::evaluate(const Slice& slice, const StateView& state, const StateView& coarse,
                               StateOut out) const {
  const auto found = std::lower_bound(slices_.begin(), slices_.end(), slice.index);
  if (found == slices_.end() || *found != slice.index) return false;
  const Index place = found - slices_.begin();
  thread_local Scratch change_memory, increment_memory, mean_memory;
  auto change = change_memory.vector(state.size());
  change = state - states_.col(place);
  auto increment = increment_memory.vector(coarse_.cols() > 0 ? state.size() : 0);
  if (coarse_.cols() > 0) increment = (coarse - coarse_.col(place)) - change;
  auto means = mean_memory.vector(features_->tangent_size());
  features_->open_change(change, increment, means.data());
  const Index num_points = features_->num_points(), num_inputs = features_->num_tangent_inputs();
  const States& gradients = gradients_[static_cast<std::size_t>(place)];
  out = values_.col(place);
  for (Index f = 0; f < features_->num_fields(); ++f) {
    features_->add_change(gradients.middleCols(f * num_inputs, num_inputs), means.data(),
                          out.segment(f * num_points, num_points));
  }
  return true;
}

}  // namespace forerun
