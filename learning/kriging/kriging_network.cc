#include "learning/kriging/kriging_network.h"

#include <cassert>
#include <cmath>
#include <iterator>
#include <stdexcept>

#include "core/base/evenly_spread.h"
#include "learning/numerics/column_blocks.h"
#include "learning/numerics/kernels.h"
#include "learning/numerics/scratch.h"
#include "learning/training/shared_samples.h"

namespace forerun {
namespace {

constexpr std::size_t kScaleSlices = 4, kRelevanceSlices = 8;
constexpr double kMostNugget = 1.0;
constexpr Index kNoveltyBlock = 64;
/// Changes of scaled discrepancies this small are rounding.
constexpr double kNoveltyRounding = 1e-14;

}  // namespace

KrigingNetwork::KrigingNetwork(StateBounds bounds, LayerData layer, CovarianceKernel kernel, Index neighbors,
                               Index window)
    : features_(std::move(bounds), std::move(layer)),
      kernel_(kernel),
      num_neighbors_(neighbors),
      neighbors_(features_, window, search_budget) {
  if (neighbors < 1) throw std::invalid_argument("kriging: neighbors must be ≥ 1");
}

void KrigingNetwork::update(const Harvest& harvest, SliceExecutor& executor) {
  prepared_ = {};
  neighbors_.update(harvest, executor);
  harvest_ = &harvest;
  const auto evidence = gather<KrigingEvidence>(kScaleSlices, executor, [&](std::span<const Index> samples) {
    KrigingEvidence near{States(samples.size(), samples.size()), condensed_outputs(outputs(samples))};
    squared_distances(samples, near.squared_distances);
    return near;
  });
  scale_ = most_likely_scale(kernel_, evidence, executor);
}

/// The newest samples of the slices that have any of iteration `since` or later, in time order.
std::vector<Index> KrigingNetwork::active_samples(Index since) const {
  const SamplesBySlice& by_slice = harvest_->by_slice();
  std::vector<Index> active;
  for (Index place = 0; place < by_slice.num_slices(); ++place) {
    const Index newest = by_slice.newest_at(place, neighbors_.size());
    if (newest >= 0 && harvest_->iterations()[static_cast<std::size_t>(newest)] >= since) active.push_back(newest);
  }
  return active;
}

void KrigingNetwork::prepare(Index since, SliceExecutor& executor) {
  std::vector<Index> active = active_samples(since);
  const Index size = neighborhood_size();
  const Index count = std::min(static_cast<Index>(active.size()), std::max<Index>(1, kMostPrepared / (size * size)));
  active.resize(static_cast<std::size_t>(count));
  active = harvest_->held(active);
  const auto places = active.size();
  prepared_.slices.resize(places);
  prepared_.lengths.resize(places);
  prepared_.samples.resize(places * static_cast<std::size_t>(size));
  prepared_.factors.resize(size, size * std::ssize(active));
  executor.for_each(std::ssize(active), [&](Index i) {
    const auto place = static_cast<std::size_t>(i);
    const Index center = active[place];
    const Index slice = harvest_->slices()[static_cast<std::size_t>(center)];
    const auto samples =
        std::span(prepared_.samples).subspan(place * static_cast<std::size_t>(size), static_cast<std::size_t>(size));
    prepared_.slices[place] = slice;
    prepared_.lengths[place] = make_neighborhood(slice, center, samples, prepared_.factors.middleCols(i * size, size));
  });
}

State KrigingNetwork::relevance(SliceExecutor& executor) const {
  const auto evidence = gather<RelevanceEvidence>(kRelevanceSlices, executor, [&](std::span<const Index> samples) {
    return RelevanceEvidence{coordinates(samples), condensed_outputs(outputs(samples))};
  });
  return coordinate_relevance(kernel_, evidence, scale_, features_.num_coordinates(), executor);
}

void KrigingNetwork::predict(const Slice& slice, const StateView& state, StateOut out) const {
  thread_local Scratch coordinate_memory, factor_memory;
  thread_local std::vector<Index> samples;
  auto coordinates = coordinate_memory.vector(features_.num_coordinates());
  features_.coordinates(state, coordinates);
  const Index size = neighborhood_size();
  if (const Index place = prepared_place(slice.index); place >= 0) {
    const auto column = static_cast<std::size_t>(place);
    const auto known =
        std::span(prepared_.samples).subspan(column * static_cast<std::size_t>(size), static_cast<std::size_t>(size));
    return combine({known, prepared_.factors.col(place * size).data(), prepared_.lengths[column]}, coordinates, out);
  }
  samples.resize(static_cast<std::size_t>(size));
  auto factor = factor_memory.matrix(size, size);
  const double length = make_neighborhood(slice.index, center_of(slice.index, state, coordinates), samples, factor);
  combine({samples, factor.data(), length}, coordinates, out);
}

/// −1 where the slice was not prepared.
Index KrigingNetwork::prepared_place(Index slice) const {
  const std::vector<Index>& slices = prepared_.slices;
  if (slices.empty() || slice < slices.front() || slice > slices.back()) return -1;
  // Active slices mostly follow each other without a gap.
  const auto guess = static_cast<std::size_t>(slice - slices.front());
  if (guess < slices.size() && slices[guess] == slice) return static_cast<Index>(guess);
  const auto found = std::lower_bound(slices.begin(), slices.end(), slice);
  return *found == slice ? found - slices.begin() : -1;
}

/// The newest sample of the slice; of a slice without any, the sample nearest to the query.
Index KrigingNetwork::center_of(Index slice, const StateView& state, const StateView& coordinates) const {
  const Index newest = harvest_->by_slice().newest_of(slice, neighbors_.size());
  if (newest >= 0) return newest;
  Index nearest = 0;
  neighbors_.find(slice, state, coordinates, {&nearest, 1});
  return nearest;
}

/// `samples` are no more than the harvest has.
void KrigingNetwork::samples_around(Index slice, Index center, std::span<Index> samples) const {
  neighbors_.find(slice, harvest_->state(center), neighbors_.coordinates(center), samples);
}

void KrigingNetwork::squared_distances(std::span<const Index> samples, StatesOut distances) const {
  const auto size = static_cast<Index>(samples.size());
  distances.setZero();
  for (Index j = 0; j < size; ++j) {
    const auto here = neighbors_.coordinates(samples[static_cast<std::size_t>(j)]);
    for (Index i = j + 1; i < size; ++i) {
      distances(i, j) = squared_distance(neighbors_.coordinates(samples[static_cast<std::size_t>(i)]), here);
      distances(j, i) = distances(i, j);
    }
  }
}

States KrigingNetwork::coordinates(std::span<const Index> samples) const {
  States chosen(features_.num_coordinates(), static_cast<Index>(samples.size()));
  for (Index j = 0; j < chosen.cols(); ++j)
    chosen.col(j) = neighbors_.coordinates(samples[static_cast<std::size_t>(j)]);
  return chosen;
}

States KrigingNetwork::outputs(std::span<const Index> samples) const {
  States chosen(harvest_->dimension(), static_cast<Index>(samples.size()));
  for (Index j = 0; j < chosen.cols(); ++j) {
    const Index sample = samples[static_cast<std::size_t>(j)];
    chosen.col(j) = features_.normalizer().weights().cwiseProduct(harvest_->discrepancy(sample));
  }
  return chosen;
}

/// What a slice's newest sample has brought: by how much the discrepancy has changed, or all of it if it is the first.
double KrigingNetwork::novelty(Index sample) const {
  const State& weights = features_.normalizer().weights();
  const StateView here = harvest_->discrepancy(sample);
  const Index before = harvest_->by_slice().previous(sample);
  if (before < 0) return weights.cwiseProduct(here).lpNorm<Eigen::Infinity>();
  return weights.cwiseProduct(here - harvest_->discrepancy(before)).lpNorm<Eigen::Infinity>();
}

/// At most `count` samples of the newest iteration, evenly spread over the slices where more than rounding is new: the
/// others would tell of the scale of rounding, and where most of the grid is at rest they are most of the grid.
std::vector<Index> KrigingNetwork::telling_samples(std::size_t count, SliceExecutor& executor) const {
  std::vector<Index> telling =
      active_samples(*std::max_element(harvest_->iterations().begin(), harvest_->iterations().end()));
  std::vector<double> tells(telling.size());
  for_each_column_block(executor, static_cast<Index>(telling.size()), kNoveltyBlock, [&](Index first, Index size) {
    for (Index i = first; i < first + size; ++i) {
      const auto place = static_cast<std::size_t>(i);
      if (harvest_->holds(telling[place])) tells[place] = novelty(telling[place]) > kNoveltyRounding ? 1.0 : 0.0;
    }
  });
  share(*harvest_, telling, tells);
  std::size_t num_telling = 0;
  for (std::size_t i = 0; i < telling.size(); ++i)
    if (tells[i] > 0.0) telling[num_telling++] = telling[i];
  std::vector<Index> samples;
  for (const Index place : evenly_spread(static_cast<Index>(count), static_cast<Index>(num_telling)))
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
    if (!harvest_->holds(center)) return;
    std::vector<Index> samples(static_cast<std::size_t>(neighborhood_size()));
    samples_around(harvest_->slices()[static_cast<std::size_t>(center)], center, samples);
    evidence[static_cast<std::size_t>(i)] = make(samples);
  });
  share_evidence(centers, evidence);
  std::erase_if(evidence, [](const Evidence& e) { return e.outputs.isZero(0.0); });
  return evidence;
}

/// Of each center, by the process that has looked at it.
void KrigingNetwork::share_evidence(const std::vector<Index>& centers, std::vector<KrigingEvidence>& evidence) const {
  if (harvest_->processes() == nullptr) return;
  const Index size = neighborhood_size(), num_outputs = std::min(size, harvest_->dimension());
  States numbers = States::Zero(size * (size + num_outputs), std::ssize(centers));
  for (std::size_t i = 0; i < centers.size(); ++i) {
    if (!harvest_->holds(centers[i])) continue;
    auto column = numbers.col(static_cast<Index>(i));
    column.head(size * size) = evidence[i].squared_distances.reshaped();
    column.tail(size * num_outputs) = evidence[i].outputs.reshaped();
  }
  share(*harvest_, centers, numbers);
  for (std::size_t i = 0; i < centers.size(); ++i) {
    const auto column = numbers.col(static_cast<Index>(i));
    evidence[i].squared_distances = column.head(size * size).reshaped(size, size);
    evidence[i].outputs = column.tail(size * num_outputs).reshaped(size, num_outputs);
  }
}

/// Short states are gathered.
void KrigingNetwork::share_evidence(const std::vector<Index>& /*centers*/,
                                    std::vector<RelevanceEvidence>& /*evidence*/) const {
  assert(harvest_->processes() == nullptr);
}

double KrigingNetwork::make_neighborhood(Index slice, Index center, std::span<Index> samples, StatesOut factor) const {
  thread_local Scratch distance_memory;
  samples_around(slice, center, samples);
  auto distances = distance_memory.matrix(factor.rows(), factor.cols());
  squared_distances(samples, distances);
  KrigingScale scale = scale_;
  while (!factorize_covariance(kernel_, distances, scale, factor) && scale.nugget < kMostNugget) scale.nugget *= 10.0;
  return scale_.length * rms_distance(distances);
}

void KrigingNetwork::combine(const Neighborhood& near, const StateView& coordinates, StateOut out) const {
  thread_local Scratch weight_memory;
  const auto count = static_cast<Index>(near.samples.size());
  auto weights = weight_memory.vector(count);
  const double unit = 1.0 / (near.length * near.length);
  for (Index j = 0; j < count; ++j) {
    const Index sample = near.samples[static_cast<std::size_t>(j)];
    weights[j] = correlation(kernel_, unit * squared_distance(neighbors_.coordinates(sample), coordinates));
  }
  solve_covariance(Eigen::Map<const States>(near.factor, count, count), weights);
  out.setZero();
  for (Index j = 0; j < count; ++j)
    out += weights[j] * harvest_->discrepancy(near.samples[static_cast<std::size_t>(j)]);
}

}  // namespace forerun
