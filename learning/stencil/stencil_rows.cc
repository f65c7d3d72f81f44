#include "learning/stencil/stencil_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/evenly_spread.h"
#include "core/base/state_norm.h"
#include "learning/numerics/random_stream.h"
#include "learning/numerics/scratch.h"
#include "learning/training/shared_samples.h"

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
  features.open_around(points, harvest.state(sample), harvest.coarse(sample), opened.data());
  const auto count = static_cast<Index>(points.size());
  PointValues values{States(count, features.num_features()), States(count, features.num_fields())};
  features.evaluate(opened.data(), points, values.features);
  const StateView discrepancy = harvest.discrepancy(sample);
  for (Index f = 0; f < features.num_fields(); ++f) {
    const double* const field = discrepancy.data() + f * features.num_points();
    for (Index i = 0; i < count; ++i) {
      values.targets(i, f) = field[points[static_cast<std::size_t>(i)]] / features.scale().width[f];
    }
  }
  return values;
}

/// Of a state whose fields are scaled by their widths.
StateNorm norm_of(const StateView& widths, Index dimension) {
  const Index points = dimension / widths.size();
  State scale(dimension);
  for (Index f = 0; f < widths.size(); ++f) scale.segment(f * points, points).setConstant(widths[f]);
  return StateNorm().with_scale(scale);
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

std::vector<Index> evenly_chosen(const std::vector<Index>& samples, Index count) {
  std::vector<Index> chosen;
  for (const Index place : evenly_spread(count, static_cast<Index>(samples.size()))) {
    chosen.push_back(samples[static_cast<std::size_t>(place)]);
  }
  return chosen;
}

Index cheap_rows(Index features) {
  constexpr Index multiplications = 200'000'000;
  constexpr Index most = 32768;
  return std::min(most, multiplications / (features * features));
}

Index points_for(Index rows, Index num_samples) { return std::max<Index>(1, (rows + num_samples - 1) / num_samples); }

StencilRows value_rows(const StencilFeatures& features, const Harvest& harvest, std::span<const Index> samples,
                       Index points_a_sample, std::uint64_t seed, SliceExecutor& executor) {
  const Index count = std::min(points_a_sample, features.num_points());
  const auto num_samples = static_cast<Index>(samples.size());
  StencilRows rows = empty_rows(features, num_samples * count);
  executor.for_each(num_samples, [&](Index j) {
    const Index sample = samples[static_cast<std::size_t>(j)];
    if (!harvest.holds(sample)) return;
    const PointValues values =
        values_at(features, harvest, sample, spread_points(features.num_points(), count, sample, seed));
    rows.features.middleCols(j * count, count) = values.features.transpose();
    rows.targets.middleCols(j * count, count) = values.targets.transpose();
  });
  return rows;
}

void balance(StencilRows& values, Index num_samples) {
  constexpr double most = 50.0;
  const double typical = std::sqrt(values.targets.squaredNorm() / static_cast<double>(num_samples));
  const Index count = num_samples > 0 ? values.size() / num_samples : 0;
  for (Index j = 0; j < num_samples; ++j) {
    auto targets = values.targets.middleCols(j * count, count);
    const double size = targets.norm();
    const double factor = size * most > typical ? typical / size : most;
    if (typical == 0.0) return;
    targets *= factor;
    values.features.middleCols(j * count, count) *= factor;
  }
}

std::vector<double> distances_moved(const StateView& widths, const Harvest& harvest, std::span<const Index> samples,
                                    SliceExecutor& executor) {
  const StateNorm norm = norm_of(widths, harvest.dimension());
  std::vector<double> moves(samples.size(), 0.0);
  executor.for_each(std::ssize(samples), [&](Index j) {
    const Index sample = samples[static_cast<std::size_t>(j)], older = harvest.by_slice().previous(sample);
    if (older < 0 || !harvest.holds(sample)) return;
    moves[static_cast<std::size_t>(j)] = norm.distance(harvest.state(sample), harvest.state(older));
  });
  share(harvest, samples, moves);
  return moves;
}

StencilSecants secant_rows(const StencilFeatures& features, const Harvest& harvest, std::span<const Index> samples,
                           std::span<const double> moves, const StencilRows& values, std::uint64_t seed,
                           SliceExecutor& executor) {
  StencilSecants secants;
  std::vector<std::size_t> places;  // of the newer sample of each pair
  for (std::size_t j = 0; j < samples.size(); ++j) {
    if (!(moves[j] > kLeastChange)) continue;
    places.push_back(j);
    secants.samples.push_back(samples[j]);
  }
  const Index count = samples.empty() ? 0 : values.size() / static_cast<Index>(samples.size());
  secants.rows = empty_rows(features, std::ssize(places) * count);
  executor.for_each(std::ssize(places), [&](Index j) {
    const std::size_t place = places[static_cast<std::size_t>(j)];
    const Index newer = samples[place];
    if (!harvest.holds(newer)) return;
    const std::vector<Index> points = spread_points(features.num_points(), count, newer, seed);
    const PointValues older = values_at(features, harvest, harvest.by_slice().previous(newer), points);
    const double weight = 1.0 / std::max(moves[place], kSmallChange);
    const auto change = [&](const States& of_newer, const States& before) {
      return weight * (of_newer.middleCols(static_cast<Index>(place) * count, count) - before.transpose());
    };
    secants.rows.features.middleCols(j * count, count) = change(values.features, older.features);
    secants.rows.targets.middleCols(j * count, count) = change(values.targets, older.targets);
  });
  return secants;
}

void share(const Harvest& harvest, std::span<const Index> samples, StencilRows& rows) {
  share(harvest, samples, rows.features);
  share(harvest, samples, rows.targets);
}

double ridge_for(const StencilRows& rows, double relative) {
  const double energy = rows.features.squaredNorm() / static_cast<double>(rows.features.rows());
  return std::max(relative * energy, std::numeric_limits<double>::min());
}

}  // namespace forerun
