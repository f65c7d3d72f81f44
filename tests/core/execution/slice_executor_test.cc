#include "core/execution/slice_executor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

namespace forerun {
namespace {

std::vector<std::unique_ptr<SliceExecutor>> all_executors() {
  std::vector<std::unique_ptr<SliceExecutor>> executors;
  executors.push_back(make_serial_executor());
  for (const int num_threads : {0, 1, 2, 3, 8}) executors.push_back(make_tbb_executor(num_threads));
  return executors;
}

TEST(SliceExecutor, RunsEveryPieceExactlyOnce) {
  for (const auto& executor : all_executors()) {
    for (const Index count : {0, 1, 2, 7, 1000}) {
      std::vector<std::atomic<int>> runs(static_cast<std::size_t>(count));
      executor->for_each(count, [&](Index i) { ++runs[static_cast<std::size_t>(i)]; });
      for (const auto& number : runs) EXPECT_EQ(number, 1) << executor->name();
    }
  }
}

TEST(SliceExecutor, RethrowsTheExceptionOfTheLowestFailingPiece) {
  for (const auto& executor : all_executors()) {
    for (int repeat = 0; repeat < 50; ++repeat) {
      std::string caught;
      try {
        executor->for_each(200, [](Index i) {
          if (i % 7 == 5) throw std::runtime_error(std::to_string(i));
        });
      } catch (const std::runtime_error& error) {
        caught = error.what();
      }
      EXPECT_EQ(caught, "5") << executor->name() << " with " << executor->num_threads() << " threads";
    }
  }
}

TEST(SliceExecutor, IsUsableAfterAFailure) {
  for (const auto& executor : all_executors()) {
    EXPECT_THROW(executor->for_each(3, [](Index) { throw 1; }), int);
    std::atomic<int> runs = 0;
    executor->for_each(3, [&](Index) { ++runs; });
    EXPECT_EQ(runs, 3);
  }
}

TEST(SliceExecutor, UsesAsManyThreadsAsAsked) {
  EXPECT_EQ(make_serial_executor()->num_threads(), 1);
  EXPECT_EQ(make_tbb_executor(1)->num_threads(), 1);
  EXPECT_EQ(make_tbb_executor(5)->num_threads(), 5);
  EXPECT_GE(make_tbb_executor(0)->num_threads(), 1);
}

TEST(SliceExecutor, RefusesSenselessThreadCounts) {
  EXPECT_THROW(make_tbb_executor(-1), std::invalid_argument);
  EXPECT_THROW(make_tbb_executor(1025), std::invalid_argument);
}

}  // namespace
}  // namespace forerun
