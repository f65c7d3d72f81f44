#include "learning/kriging/kriging_network.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "core/base/evenly_spread.h"
#include "learning/kriging/kriging_relevance.h"
#include "learning/numerics/kernels.h"
#include "learning/numerics/scratch.h"

namespace forerun {
namespace {

constexpr std::size_t kScaleSlices = 4, kRelevanceSlices = 8;
/// Small systems are searched in full; of large ones the nearest slices hold all that matters.
constexpr Index kSearchBudget = 16384;
constexpr double kMostNugget = 1.0;
/// Changes of scaled discrepancies this small are rounding.
constexpr double kRounding = 1e-14;

}  // namespace

KrigingNetwork::KrigingNetwork(StateBounds bounds, LayerData layer, CovarianceKernel kernel, Index neighbors,
                               Index window)
    : features_(std::move(bounds), std::move(layer)),
      kernel_(kernel),
      num_neighbors_(neighbors),
      neighbors_(features_, window, kSearchBudget) {
  if (neighbors < 1) throw std::invalid_argument("kriging: neighbors must be ≥ 1");
}

void KrigingNetwork::update(const Harvest& harvest, SliceExecutor& executor) {
  const Index known = neighbors_.size();
  neighbors_.update(harvest, executor);
  harvest_ = &harvest;
  for (Index sample = known; sample < harvest.size(); ++sample)
    samples_of_slice_[harvest.slices()[static_cast<std::size_t>(sample)]].add(sample);
  const auto evidence = gather<KrigingEvidence>(kScaleSlices, executor, [&](const std::vector<Index>& samples) {
    return KrigingEvidence{squared_distances(samples), condensed_outputs(outputs(samples))};
  });
  scale_ = most_likely_scale(kernel_, evidence, executor);
}

void KrigingNetwork::prepare(Index since, SliceExecutor& executor) {
  std::vector<Index> active;
  for (const auto& [slice, samples] : samples_of_slice_)
    if (harvest_->iterations()[static_cast<std::size_t>(samples.newest)] >= since) active.push_back(slice);
  std::vector<Neighborhood> made(active.size());
  executor.for_each(static_cast<Index>(active.size()), [&](Index i) {
    const auto place = static_cast<std::size_t>(i);
    made[place] = neighborhood(active[place], samples_of_slice_.at(active[place]).newest);
  });
  prepared_.clear();
  for (std::size_t i = 0; i < active.size(); ++i) prepared_.emplace(active[i], std::move(made[i]));
}

State KrigingNetwork::relevance(SliceExecutor& executor) const {
  const auto evidence = gather<RelevanceEvidence>(kRelevanceSlices, executor, [&](const std::vector<Index>& samples) {
    return RelevanceEvidence{coordinates(samples), condensed_outputs(outputs(samples))};
  });
  return coordinate_relevance(kernel_, evidence, scale_, features_.num_coordinates(), executor);
}

void KrigingNetwork::predict(const Slice& slice, const StateView& state, StateOut out) const {
  thread_local Scratch coordinate_memory;
  auto coordinates = coordinate_memory.vector(features_.num_coordinates());
  features_.coordinates(state, coordinates);
  const auto found = prepared_.find(slice.index);
  if (found != prepared_.end()) return combine(found->second, coordinates, out);
  combine(neighborhood(slice.index, center_of(slice.index, state, coordinates)), coordinates, out);
}

/// The newest sample of the slice; of a slice without any, the sample nearest to the query.
Index KrigingNetwork::center_of(Index slice, const StateView& state, const StateView& coordinates) const {
  const auto found = samples_of_slice_.find(slice);
  if (found != samples_of_slice_.end()) return found->second.newest;
  Index nearest = 0;
  neighbors_.find(slice, state, coordinates, {&nearest, 1});
  return nearest;
}

std::vector<Index> KrigingNetwork::samples_around(Index slice, Index center) const {
  std::vector<Index> samples(static_cast<std::size_t>(std::min(num_neighbors_, harvest_->size())));
  const Index count =
      neighbors_.find(slice, harvest_->states().col(center), neighbors_.coordinates().col(center), samples);
  samples.resize(static_cast<std::size_t>(count));
  return samples;
}

States KrigingNetwork::squared_distances(const std::vector<Index>& samples) const {
  const auto size = static_cast<Index>(samples.size());
  const StatesView coordinates = neighbors_.coordinates();
  States distances = States::Zero(size, size);
  for (Index j = 0; j < size; ++j) {
    const auto here = coordinates.col(samples[static_cast<std::size_t>(j)]);
    for (Index i = j + 1; i < size; ++i) {
      distances(i, j) = squared_distance(coordinates.col(samples[static_cast<std::size_t>(i)]), here);
      distances(j, i) = distances(i, j);
    }
  }
  return distances;
}

States KrigingNetwork::coordinates(const std::vector<Index>& samples) const {
  States chosen(features_.num_coordinates(), static_cast<Index>(samples.size()));
  for (Index j = 0; j < chosen.cols(); ++j)
    chosen.col(j) = neighbors_.coordinates().col(samples[static_cast<std::size_t>(j)]);
  return chosen;
}

States KrigingNetwork::outputs(const std::vector<Index>& samples) const {
  States chosen(harvest_->dimension(), static_cast<Index>(samples.size()));
  for (Index j = 0; j < chosen.cols(); ++j) {
    const Index sample = samples[static_cast<std::size_t>(j)];
    chosen.col(j) = features_.normalizer().weights().cwiseProduct(harvest_->discrepancies().col(sample));
  }
  return chosen;
}

/// What a slice's newest sample has brought: by how much the discrepancy has changed, or all of it if it is the first.
double KrigingNetwork::novelty(const SliceSamples& samples) const {
  const StatesView discrepancies = harvest_->discrepancies();
  State change = discrepancies.col(samples.newest);
  if (samples.before >= 0) change -= discrepancies.col(samples.before);
  return features_.normalizer().weights().cwiseProduct(change).lpNorm<Eigen::Infinity>();
}

/// At most `count` samples of the newest iteration, evenly spread over the slices where more than rounding is new: the
/// others would tell of the scale of rounding, and where most of the grid is at rest they are most of the grid.
std::vector<Index> KrigingNetwork::telling_samples(std::size_t count, SliceExecutor& executor) const {
  const Index newest_iteration = *std::max_element(harvest_->iterations().begin(), harvest_->iterations().end());
  std::vector<SliceSamples> active;
  for (const auto& [slice, samples] : samples_of_slice_)
    if (harvest_->iterations()[static_cast<std::size_t>(samples.newest)] == newest_iteration) active.push_back(samples);
  std::vector<double> novelties(active.size());
  executor.for_each(static_cast<Index>(active.size()), [&](Index i) {
    novelties[static_cast<std::size_t>(i)] = novelty(active[static_cast<std::size_t>(i)]);
  });
  std::vector<Index> telling;
  for (std::size_t i = 0; i < active.size(); ++i)
    if (novelties[i] > kRounding) telling.push_back(active[i].newest);
  std::vector<Index> samples;
  for (const Index place : evenly_spread(static_cast<Index>(count), static_cast<Index>(telling.size())))
    samples.push_back(telling[static_cast<std::size_t>(place)]);
  return samples;
}

/// `make(samples)` of the neighbourhoods of at most `count` telling samples, without those whose outputs are zero.
template <typename Evidence, typename Make>
std::vector<Evidence> KrigingNetwork::gather(std::size_t count, SliceExecutor& executor, const Make& make) const {
  const std::vector<Index> centers = telling_samples(count, executor);
  std::vector<Evidence> evidence(centers.size());
  executor.for_each(static_cast<Index>(centers.size()), [&](Index i) {
    const Index center = centers[static_cast<std::size_t>(i)];
    evidence[static_cast<std::size_t>(i)] =
        make(samples_around(harvest_->slices()[static_cast<std::size_t>(center)], center));
  });
  std::erase_if(evidence, [](const Evidence& e) { return e.outputs.isZero(0.0); });
  return evidence;
}

KrigingNetwork::Neighborhood KrigingNetwork::neighborhood(Index slice, Index center) const {
  Neighborhood made;
  made.samples = samples_around(slice, center);
  const States distances = squared_distances(made.samples);
  made.length = scale_.length * rms_distance(distances);
  made.factor.resize(distances.rows(), distances.cols());
  KrigingScale scale = scale_;
  while (!factorize_covariance(kernel_, distances, scale, made.factor) && scale.nugget < kMostNugget)
    scale.nugget *= 10.0;
  return made;
}

void KrigingNetwork::combine(const Neighborhood& near, const StateView& coordinates, StateOut out) const {
  thread_local Scratch weight_memory;
  const auto count = static_cast<Index>(near.samples.size());
  auto weights = weight_memory.vector(count);
  const StatesView known = neighbors_.coordinates(), discrepancies = harvest_->discrepancies();
  const double unit = 1.0 / (near.length * near.length);
  for (Index j = 0; j < count; ++j) {
    const Index sample = near.samples[static_cast<std::size_t>(j)];
    weights[j] = correlation(kernel_, unit * squared_distance(known.col(sample), coordinates));
  }
  solve_covariance(near.factor, weights);
  out.setZero();
  for (Index j = 0; j < count; ++j) out += weights[j] * discrepancies.col(near.samples[static_cast<std::size_t>(j)]);
}

}  // namespace forerun
