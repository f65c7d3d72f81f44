#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/execution/slice_executor.h"

namespace forerun {
namespace {

std::vector<std::unique_ptr<SliceExecutor>> all_executors() {
  std::vector<std::unique_ptr<SliceExecutor>> executors;
  executors.push_back(make_serial_executor());
  for (const int num_threads : {1, 2, 3, 8}) executors.push_back(make_tbb_executor(num_threads));
  return executors;
}

void add(PieceStream& stream, int count) {
  for (int i = count; i > 0; --i) stream.add(i - 1);  // whatever the order
}

TEST(PieceStream, RunsEveryPieceOnceUntilEachWait) {
  for (const auto& executor : all_executors()) {
    std::vector<std::atomic<int>> runs(300);
    const auto stream = executor->open_stream(1000, [&](Index i) { ++runs[static_cast<std::size_t>(i)]; });
    for (const int count : {300, 0, 1, 7}) {
      for (auto& number : runs) number = 0;
      add(*stream, count);
      stream->wait();
      for (int i = 0; i < 300; ++i) EXPECT_EQ(runs[static_cast<std::size_t>(i)], i < count ? 1 : 0);
    }
  }
}

TEST(PieceStream, OneThreadRunsTheLowestFirst) {
  for (const int tbb : {0, 1}) {
    const auto executor = tbb == 1 ? make_tbb_executor(1) : make_serial_executor();
    std::vector<Index> order;
    const auto stream = executor->open_stream(1000, [&](Index i) { order.push_back(i); });
    add(*stream, 50);
    stream->wait();
    std::vector<Index> expected(50);
    std::iota(expected.begin(), expected.end(), Index{0});
    EXPECT_EQ(order, expected);
  }
}

TEST(PieceStream, APieceRunsWhileTheCallerDoesSomethingElse) {
  const auto executor = make_tbb_executor(2);
  std::atomic<bool> has_run = false;
  const auto stream = executor->open_stream(1000, [&](Index) { has_run = true; });
  stream->add(0);
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!has_run && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
  EXPECT_TRUE(has_run) << "nobody has waited yet";
  stream->wait();
}

TEST(PieceStream, WaitRethrowsTheExceptionOfTheLowestFailingPiece) {
  for (const auto& executor : all_executors()) {
    const auto stream = executor->open_stream(1000, [](Index i) {
      if (i % 7 == 5) throw std::runtime_error(std::to_string(i));
    });
    for (int repeat = 0; repeat < 50; ++repeat) {
      add(*stream, 100);
      std::string caught;
      try {
        stream->wait();
      } catch (const std::runtime_error& error) {
        caught = error.what();
      }
      EXPECT_EQ(caught, "5") << executor->name() << ", " << executor->num_threads() << " threads";
    }
    add(*stream, 5);
    EXPECT_NO_THROW(stream->wait()) << "the failure is over";
  }
}

TEST(PieceStream, CancelDropsWhatHasNotBegunAndForgetsFailures) {
  for (const auto& executor : all_executors()) {
    std::atomic<int> runs = 0;
    const auto stream = executor->open_stream(1000, [&](Index) {
      ++runs;
      throw std::runtime_error("of no interest");
    });
    add(*stream, 100);
    stream->cancel();
    const int before = runs;
    EXPECT_LE(before, 100);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_EQ(runs, before) << "nothing runs after cancel";
    EXPECT_NO_THROW(stream->wait());
    add(*stream, 1);
    EXPECT_THROW(stream->wait(), std::runtime_error);
  }
}

TEST(PieceStream, IsCancelledByItsDestructor) {
  for (const auto& executor : all_executors()) {
    std::atomic<int> runs = 0;
    {
      const auto stream = executor->open_stream(1000, [&](Index) { ++runs; });
      add(*stream, 1000);
    }
    const int before = runs;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_EQ(runs, before);
  }
}

}  // namespace
}  // namespace forerun
