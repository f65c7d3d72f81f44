#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <numeric>
#include <ostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/execution/slice_executor.h"

namespace forerun::conformance {

/// An executor to be held to what core/execution/slice_executor.h promises:
///
///   INSTANTIATE_TEST_SUITE_P(Mine, ExecutorLaw, ::testing::Values(ExecutorCase{"Two", [] { return make_mine(2); }}),
///                            executor_case_name);
struct ExecutorCase {
  std::string name;
  std::function<std::unique_ptr<SliceExecutor>()> make;
};

inline std::ostream& operator<<(std::ostream& out, const ExecutorCase& executor) { return out << executor.name; }
inline std::string executor_case_name(const ::testing::TestParamInfo<ExecutorCase>& info) { return info.param.name; }

class ExecutorLaw : public ::testing::TestWithParam<ExecutorCase> {
 protected:
  const std::unique_ptr<SliceExecutor> executor_ = GetParam().make();
};

inline void add_all(PieceStream& stream, int count) {
  for (int i = count; i > 0; --i) stream.add(i - 1);  // whatever the order
}

TEST_P(ExecutorLaw, RunsEveryPieceExactlyOnce) {
  for (const Index count : {0, 1, 2, 7, 1000}) {
    std::vector<std::atomic<int>> runs(static_cast<std::size_t>(count));
    executor_->for_each(count, [&](Index i) { ++runs[static_cast<std::size_t>(i)]; });
    for (const auto& number : runs) EXPECT_EQ(number, 1);
  }
}

TEST_P(ExecutorLaw, RethrowsTheExceptionOfTheLowestFailingPiece) {
  for (int repeat = 0; repeat < 50; ++repeat) {
    std::string caught;
    try {
      executor_->for_each(200, [](Index i) {
        if (i % 7 == 5) throw std::runtime_error(std::to_string(i));
      });
    } catch (const std::runtime_error& error) {
      caught = error.what();
    }
    EXPECT_EQ(caught, "5");
  }
}

TEST_P(ExecutorLaw, IsUsableAfterAFailure) {
  EXPECT_THROW(executor_->for_each(3, [](Index) { throw 1; }), int);
  std::atomic<int> runs = 0;
  executor_->for_each(3, [&](Index) { ++runs; });
  EXPECT_EQ(runs, 3);
}

TEST_P(ExecutorLaw, AStreamRunsEveryPieceOnceUntilEachWait) {
  std::vector<std::atomic<int>> runs(300);
  const auto stream = executor_->open_stream(1000, [&](Index i) { ++runs[static_cast<std::size_t>(i)]; });
  for (const int count : {300, 0, 1, 7}) {
    for (auto& number : runs) number = 0;
    add_all(*stream, count);
    stream->wait();
    for (int i = 0; i < 300; ++i) EXPECT_EQ(runs[static_cast<std::size_t>(i)], i < count ? 1 : 0);
  }
}

/// Results need no lock: what a piece writes is seen by who has waited.
TEST_P(ExecutorLaw, WhatPiecesWriteIsSeenAfterWaiting) {
  std::vector<Index> results(500, -1);
  executor_->for_each(500, [&](Index i) { results[static_cast<std::size_t>(i)] = i; });
  std::vector<Index> expected(500);
  std::iota(expected.begin(), expected.end(), Index{0});
  EXPECT_EQ(results, expected);
  const auto stream = executor_->open_stream(500, [&](Index i) { results[static_cast<std::size_t>(i)] += 1; });
  add_all(*stream, 500);
  stream->wait();
  for (Index& number : expected) ++number;
  EXPECT_EQ(results, expected);
}

TEST_P(ExecutorLaw, OneThreadRunsTheLowestFirst) {
  if (executor_->num_threads() > 1) return;  // of several the lowest begins first, which nobody can see
  std::vector<Index> order;
  const auto stream = executor_->open_stream(1000, [&](Index i) { order.push_back(i); });
  add_all(*stream, 50);
  stream->wait();
  std::vector<Index> expected(50);
  std::iota(expected.begin(), expected.end(), Index{0});
  EXPECT_EQ(order, expected);
}

TEST_P(ExecutorLaw, WithSeveralThreadsAPieceRunsWhileTheCallerDoesSomethingElse) {
  if (executor_->num_threads() == 1) return;
  std::atomic<bool> has_run = false;
  const auto stream = executor_->open_stream(1000, [&](Index) { has_run = true; });
  stream->add(0);
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!has_run && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
  EXPECT_TRUE(has_run) << "nobody has waited yet";
  stream->wait();
}

TEST_P(ExecutorLaw, WaitRethrowsTheExceptionOfTheLowestFailingPiece) {
  const auto stream = executor_->open_stream(1000, [](Index i) {
    if (i % 7 == 5) throw std::runtime_error(std::to_string(i));
  });
  for (int repeat = 0; repeat < 50; ++repeat) {
    add_all(*stream, 100);
    std::string caught;
    try {
      stream->wait();
    } catch (const std::runtime_error& error) {
      caught = error.what();
    }
    EXPECT_EQ(caught, "5");
  }
  add_all(*stream, 5);
  EXPECT_NO_THROW(stream->wait()) << "the failure is over";
}

TEST_P(ExecutorLaw, CancelDropsWhatHasNotBegunAndForgetsFailures) {
  std::atomic<int> runs = 0;
  const auto stream = executor_->open_stream(1000, [&](Index) {
    ++runs;
    throw std::runtime_error("of no interest");
  });
  add_all(*stream, 100);
  stream->cancel();
  const int before = runs;
  EXPECT_LE(before, 100);
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(runs, before) << "nothing runs after cancel";
  EXPECT_NO_THROW(stream->wait());
  add_all(*stream, 1);
  EXPECT_THROW(stream->wait(), std::runtime_error);
}

TEST_P(ExecutorLaw, AStreamIsCancelledByItsDestructor) {
  std::atomic<int> runs = 0;
  {
    const auto stream = executor_->open_stream(1000, [&](Index) { ++runs; });
    add_all(*stream, 1000);
  }
  const int before = runs;
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(runs, before);
}

}  // namespace forerun::conformance
