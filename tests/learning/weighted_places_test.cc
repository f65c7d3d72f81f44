#include "learning/weighted_places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace forerun {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(WeightedPlaces, AreSpreadEvenlyOverEqualWeights) {
  EXPECT_THAT(weighted_places(std::vector<double>(8, 0.3), 4), ElementsAre(0, 2, 4, 6));
  EXPECT_THAT(weighted_places(std::vector<double>(128, 1e-9), 4), ElementsAre(15, 47, 79, 111));
}

TEST(WeightedPlaces, WithoutAnyWeightAreSpreadOverThePlaces) {
  EXPECT_THAT(weighted_places(std::vector<double>(8, 0.0), 4), ElementsAre(0, 2, 4, 6));
  EXPECT_THAT(weighted_places({}, 4), IsEmpty());
}

TEST(WeightedPlaces, GatherWhereTheWeightIs) {
  EXPECT_THAT(weighted_places({1e-3, 1.0, 1.0, 1.0, 1.0, 1e-9, 1e-9, 1e-9}, 4), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(weighted_places({0.0, 5.0, 0.0, 0.0}, 4), ElementsAre(1)) << "each once";
}

TEST(WeightedPlaces, AreAllWhereThereAreNoMoreThanWanted) {
  EXPECT_THAT(weighted_places(std::vector<double>(3, 1.0), 64), ElementsAre(0, 1, 2));
}

TEST(WeightedPlaces, AreInOrderAndNoMoreThanWanted) {
  std::vector<double> weights;
  for (int i = 0; i < 500; ++i) weights.push_back(std::exp(10.0 * std::sin(0.1 * i)));
  for (std::size_t count = 1; count < 100; ++count) {
    const std::vector<std::size_t> places = weighted_places(weights, count);
    EXPECT_FALSE(places.empty());
    EXPECT_LE(places.size(), count);
    for (std::size_t i = 1; i < places.size(); ++i) EXPECT_LT(places[i - 1], places[i]);
  }
}

}  // namespace
}  // namespace forerun
