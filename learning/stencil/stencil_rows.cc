#include "learning/stencil/stencil_rows.h"

#include <algorithm>

#include "learning/numerics/random_stream.h"
#include "learning/numerics/scratch.h"

namespace forerun {
namespace {

/// Smaller changes, in the scaled state, are more and more what the model itself has left: rough, and no law of smooth
/// states. Learned from, they make a correction of a fine mesh unstable.
constexpr double kLeastChange = 1e-5;

constexpr double kSmallChange = 1e-3;

struct PointValues {
  States features;  ///< points × features
  States targets;   ///< points × fields
};

PointValues values_at(const StencilFeatures& features, const Harvest& harvest, Index sample,
                      std::span<const Index> points) {
  thread_local Scratch memory;
  auto opened = memory.vector(features.opened_size());
  features.open(harvest.states().col(sample), opened.data());
  const auto count = static_cast<Index>(points.size());
  PointValues values{States(count, features.num_features()), States(count, features.num_fields())};
  features.evaluate(opened.data(), points, values.features);
  const StatesView discrepancies = harvest.discrepancies();
  for (Index f = 0; f < features.num_fields(); ++f) {
    const double* const field = discrepancies.col(sample).data() + f * features.num_points();
    for (Index i = 0; i < count; ++i) {
      values.targets(i, f) = field[points[static_cast<std::size_t>(i)]] / features.scale().width[f];
    }
  }
  return values;
}

/// How far apart two samples' states are, in the scaled state.
double distance(const StencilFeatures& features, const Harvest& harvest, Index a, Index b) {
  const StatesView states = harvest.states();
  const Index points = features.num_points();
  double largest = 0.0;
  for (Index f = 0; f < features.num_fields(); ++f) {
    const auto change = states.col(a).segment(f * points, points) - states.col(b).segment(f * points, points);
    largest = std::max(largest, change.cwiseAbs().maxCoeff() / features.scale().width[f]);
  }
  return largest;
}

StencilRows empty_rows(const StencilFeatures& features, Index size) {
  return {States(features.num_features(), size), States(features.num_fields(), size)};
}

}  // namespace

std::vector<Index> spread_points(Index num_points, Index wanted, Index sample, std::uint64_t seed) {
  constexpr std::uint64_t stream_of_points = 1U << 20;  // the first streams draw neurons
  const RandomStream random(seed, stream_of_points + static_cast<std::uint64_t>(sample));
  const Index count = std::min(wanted, num_points);
  std::vector<Index> points;
  for (Index i = 0; i < count; ++i) {
    const double within = count == num_points ? 0.0 : 0.5 * (1.0 + random.uniform(static_cast<std::uint64_t>(i)));
    const double place = (static_cast<double>(i) + within) / static_cast<double>(count);
    points.push_back(std::min(num_points - 1, static_cast<Index>(place * static_cast<double>(num_points) + 1e-9)));
  }
  return points;
}

StencilRows value_rows(const StencilFeatures& features, const Harvest& harvest, std::span<const Index> samples,
                       Index points_a_sample, std::uint64_t seed, SliceExecutor& executor) {
  const Index count = std::min(points_a_sample, features.num_points());
  const auto num_samples = static_cast<Index>(samples.size());
  StencilRows rows = empty_rows(features, num_samples * count);
  executor.for_each(num_samples, [&](Index j) {
    const Index sample = samples[static_cast<std::size_t>(j)];
    const PointValues values =
        values_at(features, harvest, sample, spread_points(features.num_points(), count, sample, seed));
    rows.features.middleCols(j * count, count) = values.features.transpose();
    rows.targets.middleCols(j * count, count) = values.targets.transpose();
  });
  return rows;
}

StencilRows secant_rows(const StencilFeatures& features, const Harvest& harvest, std::span<const Index> samples,
                        Index points_a_sample, std::uint64_t seed, SliceExecutor& executor) {
  struct Pair {
    Index newer;
    Index older;
    double distance;
  };
  std::vector<Pair> pairs;
  for (const Index sample : samples) {
    const Index older = harvest.by_slice().previous(sample);
    if (older < 0) continue;
    const double moved = distance(features, harvest, sample, older);
    if (moved > kLeastChange) pairs.push_back({sample, older, moved});
  }
  const Index count = std::min(points_a_sample, features.num_points());
  const auto num_pairs = static_cast<Index>(pairs.size());
  StencilRows rows = empty_rows(features, num_pairs * count);
  executor.for_each(num_pairs, [&](Index j) {
    const Pair& pair = pairs[static_cast<std::size_t>(j)];
    const std::vector<Index> points = spread_points(features.num_points(), count, pair.newer, seed);
    const PointValues newer = values_at(features, harvest, pair.newer, points);
    const PointValues older = values_at(features, harvest, pair.older, points);
    const double weight = 1.0 / std::max(pair.distance, kSmallChange);
    rows.features.middleCols(j * count, count) = weight * (newer.features - older.features).transpose();
    rows.targets.middleCols(j * count, count) = weight * (newer.targets - older.targets).transpose();
  });
  return rows;
}

}  // namespace forerun
