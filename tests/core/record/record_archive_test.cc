#include "core/record/record_archive.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "core/files/byte_archive.h"
#include "core/parareal/parareal.h"
#include "tests/core/test_problems.h"

namespace forerun {
namespace {

RunRecord some_record() {
  const TimeGrid grid(0.0, 2.0, 5);
  const State initial = testing::vector({1.0, -0.5});
  const FunctionPropagator fine = testing::nonlinear_pair(20);
  const FunctionPropagator coarse = testing::nonlinear_pair(2);
  const auto executor = make_serial_executor();
  testing::WildTrainer trainer(1e-3);
  RunRecord record = solve_parareal({grid, initial, coarse, fine, &trainer}, PararealOptions{}, *executor);
  record.failure = SliceFailure{3, 2, 0.5, "fine", "no reason"};
  record.boundaries(0, 1) = std::numeric_limits<double>::quiet_NaN();
  return record;
}

TEST(RecordArchive, GivesBackARecordToTheBit) {
  const std::string bytes = to_bytes(some_record());
  const RunRecord restored = run_record(bytes);
  EXPECT_EQ(to_bytes(restored), bytes);
  EXPECT_EQ(restored.failure->reason, "no reason");
  ASSERT_GE(restored.num_iterations(), 1);
  EXPECT_EQ(restored.iterations.front().corrector, "wild");
  EXPECT_EQ(to_bytes(iteration_record(to_bytes(restored.iterations.front()))), to_bytes(restored.iterations.front()));
}

TEST(RecordArchive, RefusesBytesThatEndEarlyOrGoOn) {
  const std::string bytes = to_bytes(some_record());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(run_record(std::string_view(bytes).substr(0, size)), std::invalid_argument) << size << " bytes";
  }
  EXPECT_THROW(run_record(bytes + "x"), std::invalid_argument);
}

TEST(ByteReader, TakesNoMemoryForWhatTheBytesCannotHold) {
  ByteWriter writer;
  writer(std::int64_t{1} << 31, std::int64_t{1} << 31, std::uint64_t{1} << 62);
  States states;
  EXPECT_THROW(ByteReader(writer.bytes)(states), std::invalid_argument);
  std::vector<double> numbers;
  EXPECT_THROW(ByteReader(std::string_view(writer.bytes).substr(16))(numbers), std::invalid_argument);
  std::string text;
  EXPECT_THROW(ByteReader(std::string_view(writer.bytes).substr(16))(text), std::invalid_argument);
}

}  // namespace
}  // namespace forerun
