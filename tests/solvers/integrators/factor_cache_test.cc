#include "solvers/integrators/factor_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <cmath>
#include <set>
#include <stdexcept>
#include <thread>

namespace forerun {
namespace {

std::set<double> lengths_on(const TimeGrid& grid) {
  std::set<double> lengths;
  for (Index n = 0; n < grid.num_slices(); ++n) lengths.insert(resolved_length(grid.slice(n)));
  return lengths;
}

TEST(ResolvedLength, HasAtMostTwoValuesOnAGridAndTwoMoreForEachDoublingBeyond256Slices) {
  for (const double end : {1.0, 0.1, 3.7, 59.0, 1e6}) {
    for (const Index slices : {3, 64, 100, 255}) {
      EXPECT_LE(lengths_on(TimeGrid(0.0, end, slices)).size(), 2u) << end << " / " << slices;
    }
    EXPECT_LE(lengths_on(TimeGrid(0.0, end, 100000)).size(), 2u + 2u * 10u) << end;
  }
  EXPECT_LE(lengths_on(TimeGrid(1000.0, 1001.0, 5000)).size(), 2u);
  EXPECT_LE(lengths_on(TimeGrid(-20.0, 45.3, 30000)).size(), 64u);
}

TEST(ResolvedLength, IsTheLengthUpToWhatTheBoundariesLeaveOpen) {
  constexpr double last_place = 0x1p-52;
  for (const auto& [begin, end, slices] : {std::tuple(0.0, 0.3, 70000), {100.0, 101.0, 997}, {-3.0, 0.7, 11}}) {
    const TimeGrid grid(begin, end, slices);
    for (Index n = 0; n < slices; ++n) {
      const Slice& slice = grid.slice(n);
      const double time = std::max(std::abs(slice.begin), std::abs(slice.end));
      EXPECT_LE(std::abs(resolved_length(slice) - slice.length()),
                std::max(8.0 * last_place * time, 0x1p-41 * slice.length()));
    }
  }
  EXPECT_EQ(resolved_length({0, 0.5, 0.75}), 0.25);
  EXPECT_GT(resolved_length({0, 1.0, 1.0 + last_place}), 0.0);
  EXPECT_EQ(resolved_length({0, 0.0, 5e-324}), 5e-324);
}

/// Asks for keys 0 … num_keys − 1 from several threads at once and says how often each was made.
std::vector<int> times_made(FactorCache<double>& cache, int num_keys, int rounds) {
  constexpr int num_threads = 8;
  std::vector<std::atomic<int>> made(static_cast<std::size_t>(num_keys));
  std::barrier start(num_threads);
  std::vector<std::jthread> threads;
  for (int t = 0; t < num_threads; ++t) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      for (int ask = 0; ask < rounds * num_keys; ++ask) {
        const int key = ask % num_keys;
        const auto factors = cache.get(key, [&] {
          ++made[static_cast<std::size_t>(key)];
          std::this_thread::yield();
          return std::make_unique<const double>(2.0 * key);
        });
        EXPECT_EQ(*factors, 2.0 * key);
      }
    });
  }
  threads.clear();
  return {made.begin(), made.end()};
}

TEST(FactorCache, MakesEachOnceHoweverManyThreadsAsk) {
  FactorCache<double> cache(64);
  EXPECT_EQ(times_made(cache, 64, 20), std::vector<int>(64, 1));
}

TEST(FactorCache, KeepsTheOnesAskedForLast) {
  FactorCache<double> cache(2);
  int made = 0;
  const auto ask = [&](double key) {
    return cache.get(key, [&] {
      ++made;
      return std::make_unique<const double>(key);
    });
  };
  const auto first = ask(1.0);
  ask(2.0);
  ask(1.0);
  ask(3.0);  // 2 goes
  ask(1.0);
  EXPECT_EQ(made, 3);
  ask(2.0);
  ask(4.0);
  EXPECT_EQ(made, 5);
  EXPECT_EQ(*first, 1.0);  // in use though no longer kept
}

TEST(FactorCache, OneThatCouldNotBeMadeIsTriedAgain) {
  FactorCache<double> cache(2);
  EXPECT_THROW(cache.get(1.0, []() -> std::unique_ptr<const double> { throw std::runtime_error("no"); }),
               std::runtime_error);
  EXPECT_EQ(*cache.get(1.0, [] { return std::make_unique<const double>(5.0); }), 5.0);
}

TEST(FactorCache, WhoAsksForAnotherDoesNotWait) {
  FactorCache<double> cache(2);
  std::barrier both_are_making(2);  // would never be passed if one were made after the other
  const auto ask = [&](double key) {
    cache.get(key, [&] {
      both_are_making.arrive_and_wait();
      return std::make_unique<const double>(key);
    });
  };
  std::jthread other([&] { ask(2.0); });
  ask(1.0);
}

}  // namespace
}  // namespace forerun
