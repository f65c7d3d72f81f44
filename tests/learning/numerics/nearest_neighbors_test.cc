#include "learning/numerics/nearest_neighbors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/learning/random_data.h"

namespace forerun {
namespace {

using test::random_matrix;
using test::unit_bounds;

/// `per_slice` samples around each of `num_slices` points of a smooth path: what a run harvests.
Harvest path_harvest(Index dimension, Index num_slices, Index per_slice) {
  Harvest harvest(dimension);
  const States directions = random_matrix(dimension, 2, 1);
  for (Index k = 0; k < per_slice; ++k) {
    States states = random_matrix(dimension, num_slices, 100 + static_cast<std::uint64_t>(k)) * 1e-3;
    std::vector<Index> slices;
    for (Index n = 0; n < num_slices; ++n) {
      const double time = 0.1 * static_cast<double>(n);
      states.col(n) += std::cos(time) * directions.col(0) + std::sin(time) * directions.col(1);
      slices.push_back(n);
    }
    harvest.append(states, states, slices, std::vector<Index>(slices.size(), k));
  }
  return harvest;
}

/// All samples of slices at most `window` away, by distance.
std::vector<Index> by_brute_force(const Harvest& harvest, Index slice, Index window, const State& state, Index count) {
  std::vector<Index> samples;
  for (Index j = 0; j < harvest.size(); ++j)
    if (std::abs(harvest.slices()[static_cast<std::size_t>(j)] - slice) <= window) samples.push_back(j);
  std::stable_sort(samples.begin(), samples.end(), [&](Index a, Index b) {
    return (harvest.states().col(a) - state).squaredNorm() < (harvest.states().col(b) - state).squaredNorm();
  });
  samples.resize(static_cast<std::size_t>(std::min<Index>(count, static_cast<Index>(samples.size()))));
  return samples;
}

std::vector<Index> found(const NearestNeighbors& neighbors, const RandomFeatures& features, Index slice,
                         const State& state, Index count) {
  State coordinates(features.num_coordinates());
  features.coordinates(state, coordinates);
  std::vector<Index> nearest(static_cast<std::size_t>(count));
  nearest.resize(static_cast<std::size_t>(neighbors.find(slice, state, coordinates, nearest)));
  return nearest;
}

TEST(NearestNeighbors, EqualTheFullScanForSmallStates) {
  const RandomFeatures features(unit_bounds(3), draw_layer({}, 3));
  const Harvest harvest = path_harvest(3, 60, 5);
  NearestNeighbors neighbors(features, 0);
  neighbors.update(harvest, *make_serial_executor());
  for (Index query = 0; query < 60; ++query) {
    const State state = harvest.states().col(query) + 1e-3 * random_matrix(3, 1, 7 + static_cast<std::uint64_t>(query));
    EXPECT_EQ(found(neighbors, features, query, state, 6), by_brute_force(harvest, query, 60, state, 6));
  }
}

TEST(NearestNeighbors, EqualTheScanOfTheWindowForLargeStates) {
  constexpr Index kDimension = 8192;  // the budget is eight candidates
  LayerOptions options;
  options.neurons = 1;
  const RandomFeatures features(unit_bounds(kDimension), draw_layer(options, kDimension));
  const Harvest harvest = path_harvest(kDimension, 12, 4);
  NearestNeighbors neighbors(features, 1);
  neighbors.update(harvest, *make_serial_executor());
  for (const Index query : {1, 5, 10}) {
    const State state = harvest.states().col(query);
    EXPECT_EQ(found(neighbors, features, query, state, 5), by_brute_force(harvest, query, 1, state, 5));
  }
}

TEST(NearestNeighbors, AreFoundThroughASketch) {
  constexpr Index kDimension = 3000;
  LayerOptions options;
  options.sketch_size = 256;
  const RandomFeatures features(unit_bounds(kDimension), draw_layer(options, kDimension));
  const Harvest harvest = path_harvest(kDimension, 40, 5);
  NearestNeighbors neighbors(features, 2);
  neighbors.update(harvest, *make_serial_executor());
  std::size_t hits = 0;
  for (Index query = 0; query < 40; ++query) {
    const State state = harvest.states().col(query + 40) + 2e-4 * random_matrix(kDimension, 1, 9);
    const std::vector<Index> exact = by_brute_force(harvest, query, 40, state, 4);
    std::vector<Index> nearest = found(neighbors, features, query, state, 4);
    EXPECT_EQ(nearest.front(), exact.front());
    for (const Index sample : exact)
      hits += static_cast<std::size_t>(std::count(nearest.begin(), nearest.end(), sample));
  }
  EXPECT_GE(hits, 40 * 4 * 9 / 10u);
}

TEST(NearestNeighbors, ReachBeyondTheWindowWhereItHoldsTooFew) {
  const RandomFeatures features(unit_bounds(3), draw_layer({}, 3));
  Harvest harvest(3);
  harvest.append(random_matrix(3, 3, 1), States::Zero(3, 3), {0, 500, 900}, {1, 1, 1});
  NearestNeighbors neighbors(features, 2);
  neighbors.update(harvest, *make_serial_executor());
  EXPECT_EQ(found(neighbors, features, 450, State::Zero(3), 2).size(), 2u);
  EXPECT_EQ(found(neighbors, features, 450, State::Zero(3), 9).size(), 3u);
}

TEST(NearestNeighbors, GiveTiesToTheEarlierSample) {
  const RandomFeatures features(unit_bounds(2), draw_layer({}, 2));
  Harvest harvest(2);
  harvest.append(States::Constant(2, 4, 0.5), States::Zero(2, 4), {3, 2, 1, 0}, {1, 1, 1, 1});
  NearestNeighbors neighbors(features, 2);
  neighbors.update(harvest, *make_serial_executor());
  EXPECT_EQ(found(neighbors, features, 0, State::Zero(2), 3), (std::vector<Index>{0, 1, 2}));
}

TEST(NearestNeighbors, RefuseAHarvestThatShrank) {
  const RandomFeatures features(unit_bounds(3), draw_layer({}, 3));
  NearestNeighbors neighbors(features, 2);
  neighbors.update(path_harvest(3, 5, 1), *make_serial_executor());
  EXPECT_THROW(neighbors.update(path_harvest(3, 4, 1), *make_serial_executor()), std::invalid_argument);
}

}  // namespace
}  // namespace forerun
