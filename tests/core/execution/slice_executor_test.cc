#include "core/execution/slice_executor.h"

#include <gtest/gtest.h>

#include "tests/conformance/executor_laws.h"
#include "tests/core/thread_executor.h"

namespace forerun {
namespace conformance {

INSTANTIATE_TEST_SUITE_P(Serial, ExecutorLaw, ::testing::Values(ExecutorCase{"One", make_serial_executor}),
                         executor_case_name);

INSTANTIATE_TEST_SUITE_P(Tbb, ExecutorLaw,
                         ::testing::Values(ExecutorCase{"All", [] { return make_tbb_executor(0); }},
                                           ExecutorCase{"One", [] { return make_tbb_executor(1); }},
                                           ExecutorCase{"Two", [] { return make_tbb_executor(2); }},
                                           ExecutorCase{"Three", [] { return make_tbb_executor(3); }},
                                           ExecutorCase{"Eight", [] { return make_tbb_executor(8); }}),
                         executor_case_name);

INSTANTIATE_TEST_SUITE_P(Threads, ExecutorLaw,
                         ::testing::Values(ExecutorCase{"One", [] { return testing::make_thread_executor(1); }},
                                           ExecutorCase{"Two", [] { return testing::make_thread_executor(2); }},
                                           ExecutorCase{"Eight", [] { return testing::make_thread_executor(8); }}),
                         executor_case_name);

}  // namespace conformance

namespace {

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
