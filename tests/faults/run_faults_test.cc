// A run whose files cannot be written ends with status 4 and a sentence; what it has written is whole.

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "learning/files/model_file.h"
#include "tests/apps/cli.h"
#include "tests/faults/failing_calls.h"
#include "tests/faults/whole_files.h"

namespace forerun {
namespace {

using testing::content_of;
using testing::FailingCalls;
using testing::forerun_with;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::small_config;
using testing::TemporaryDirectory;

/// Reads every file whose format is known.
void expect_whole(const TemporaryDirectory& directory, const std::string& when) {
  for (const std::string& name : directory.files()) {
    const std::filesystem::path file = directory / name;
    EXPECT_NE(file.extension(), ".tmp") << when;
    if (file.extension() == ".npy") {
      EXPECT_NO_THROW(testing::read_whole_npy(file)) << name << ", " << when;
    } else if (file.extension() == ".safetensors") {
      EXPECT_NO_THROW(load_model(file)) << name << ", " << when;
    } else if (file.extension() == ".json") {
      EXPECT_NO_THROW(nlohmann::json::parse(content_of(file))) << name << ", " << when;
    }
  }
}

class RunFault : public ::testing::TestWithParam<std::pair<int, bool>> {};

TEST_P(RunFault, EndsWithStatusFourAndLeavesWholeFiles) {
  const auto [error, for_good] = GetParam();
  long num_refused = 0;
  bool ended = false;
  // Every call at first, then fewer and fewer: a run makes hundreds.
  for (long nth = 1; !ended; nth += 1 + nth / 5) {
    const TemporaryDirectory directory;
    const std::string config = directory.write("small.toml", small_config);
    const std::string when = "call " + std::to_string(nth);
    Outcome outcome;
    {
      const FailingCalls failing({"", error, nth, for_good});
      outcome = forerun_with({"run", config, "--quiet", "--set", "parareal.max_iterations=2", "--set",
                              "parareal.tolerance=1e9", "--reference", "--out", directory / "run", "--json",
                              directory / "all.json", "--save-model", directory / "model.safetensors"});
      ended = !failing.has_failed();
    }
    if (ended) {
      EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
    } else if (outcome.status != ExitStatus::ok) {  // a directory that cannot be synced is no failure
      ++num_refused;
      EXPECT_EQ(outcome.status, ExitStatus::input_output) << when << ": " << outcome.err;
      EXPECT_THAT(outcome.err, HasSubstr(std::strerror(error))) << when;
    }
    expect_whole(directory, when);
  }
  EXPECT_GT(num_refused, 3) << "each file takes an open, a write, a sync, a close and a rename";
}

INSTANTIATE_TEST_SUITE_P(OnceAndForGood, RunFault,
                         ::testing::Values(std::pair{EIO, false}, std::pair{ENOSPC, false}, std::pair{ENOSPC, true}));

}  // namespace
}  // namespace forerun
