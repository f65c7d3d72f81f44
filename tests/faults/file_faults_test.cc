// Whichever call fails while a file is written, its name holds the old content or the whole new one, nothing is left
// beside it, and the error says why.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "core/base/errors.h"
#include "core/files/atomic_file.h"
#include "core/files/npy_file.h"
#include "learning/family/store.h"
#include "learning/files/model_file.h"
#include "tests/core/temporary_directory.h"
#include "tests/faults/failing_calls.h"
#include "tests/learning/files/small_model.h"

namespace forerun {
namespace {

using ::testing::ElementsAre;
using testing::FailingCalls;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Case {
  const char* call;
  int error;
};

std::ostream& operator<<(std::ostream& out, const Case& fault) {
  return out << fault.call << ": " << std::strerror(fault.error);
}

class FileFault : public ::testing::TestWithParam<Case> {
 protected:
  /// The sentence of the FileError that `write` throws when the first such call fails.
  std::string refusal(const std::function<void()>& write) const {
    const FailingCalls failing({GetParam().call, GetParam().error});
    try {
      write();
    } catch (const FileError& error) {
      EXPECT_THAT(error.what(), HasSubstr(std::strerror(GetParam().error)));
      return error.what();
    }
    return "written";
  }

  TemporaryDirectory directory_;
};

TEST_P(FileFault, LeavesNoFileWhereThereWasNone) {
  const std::string file = directory_ / "file";
  const std::string sentence = refusal([&] { write_file_atomically(file, "new"); });
  if (std::string(GetParam().call) == "fchmod") return;  // is of a file that exists
  EXPECT_THAT(sentence, ::testing::StartsWith(file + ": cannot be written: "));
  EXPECT_THAT(directory_.names(), IsEmpty());
}

TEST_P(FileFault, LeavesTheOldContent) {
  write_bytes(directory_ / "file", "old");
  const std::string sentence =
      refusal([&] { write_file_atomically(directory_ / "file", std::string(1'000'000, 'n')); });
  EXPECT_NE(sentence, "written");
  EXPECT_EQ(bytes_of(directory_ / "file"), "old");
  EXPECT_THAT(directory_.names(), ElementsAre("file"));
  write_file_atomically(directory_ / "file", "new");
  EXPECT_EQ(bytes_of(directory_ / "file"), "new") << "when it is over";
}

TEST_P(FileFault, LeavesArraysAndModelsWhole) {
  const LearnedModel model = small_model();
  save_model(directory_ / "model", model);
  write_npy(directory_ / "states.npy", States::Ones(2, 3));
  const std::string before = bytes_of(directory_ / "model");
  EXPECT_NE(refusal([&] { save_model(directory_ / "model", model); }), "written");
  EXPECT_NE(refusal([&] { write_npy(directory_ / "states.npy", States::Zero(20, 3)); }), "written");
  EXPECT_EQ(bytes_of(directory_ / "model"), before);
  EXPECT_EQ(read_npy_matrix(directory_ / "states.npy"), States::Ones(2, 3));
}

INSTANTIATE_TEST_SUITE_P(Calls, FileFault,
                         ::testing::Values(Case{"open", EACCES}, Case{"open", EROFS}, Case{"open", ENOSPC},
                                           Case{"open", EMFILE}, Case{"write", ENOSPC}, Case{"write", EIO},
                                           Case{"write", EDQUOT}, Case{"write", EFBIG}, Case{"fchmod", EPERM},
                                           Case{"fsync", EIO}, Case{"fsync", ENOSPC}, Case{"close", EIO},
                                           Case{"close", EDQUOT}, Case{"rename", EACCES}, Case{"rename", EIO},
                                           Case{"rename", EROFS}));

TEST(FileFaults, AWriteThatIsCutShortGoesOn) {
  const TemporaryDirectory directory;
  std::string content;
  for (int i = 0; i < 300'000; ++i) content += static_cast<char>(i % 251);
  for (long nth = 1; nth <= 6; ++nth) {
    const FailingCalls failing({"write", EINTR, nth});
    write_file_atomically(directory / "file", content);
    EXPECT_EQ(bytes_of(directory / "file"), content);
  }
}

TEST(FileFaults, ADirectoryThatCannotBeSyncedIsNoFailure) {
  const TemporaryDirectory directory;
  const FailingCalls failing({"fsync", EIO, 2});
  write_file_atomically(directory / "file", "new");
  EXPECT_TRUE(failing.has_failed());
  EXPECT_EQ(bytes_of(directory / "file"), "new");
}

StoreFamily family() {
  return {{"burgers", {{"points", "2"}}, 2, 0.5, "rk1 x 2", "rk8 x 200"},
          {{"viscosity"}, State{{0.005}}, State{{0.02}}}};
}

StoreEntry entry(const std::string& name) {
  StoreEntry made{name, State{{0.01}}, Harvest(2), 5, 9};
  for (Index n = 0; n < 40; ++n) made.harvest.append(State{{1.0, 2.0}}, State{{0.1, 0.2}}, {n / 10}, {n % 10});
  return made;
}

/// Whichever of its calls fails, once or for good, a store keeps what it had and takes what comes later.
TEST(FileFaults, AStoreKeepsWhatItHad) {
  for (const bool for_good : {false, true}) {
    bool ended = false;
    for (long nth = 1; !ended; ++nth) {
      const TemporaryDirectory directory;
      std::uint64_t limit = 0;
      {
        Store store(directory / "s", family(), 0);
        store.add(entry("a"));
        limit = 2 * store.num_bytes();
      }
      {
        const FailingCalls failing({"", EIO, nth, for_good});
        try {
          Store store(directory / "s", family(), limit);
          for (const char* name : {"b", "c"}) store.add(entry(name));  // the second thins out the first
        } catch (const FileError&) {
        }
        ended = !failing.has_failed();
      }
      Store store(directory / "s", family(), limit);
      for (const std::string& name : store.names()) EXPECT_GE(store.read(name).harvest.size(), 4) << nth;
      EXPECT_EQ(store.read("a").name, "a") << nth;
      store.add(entry("d"));
      EXPECT_EQ(store.read("d").harvest.size(), 40) << nth;
      for (const auto& file : std::filesystem::recursive_directory_iterator(directory / "s"))
        EXPECT_NE(file.path().extension(), ".tmp") << nth;
    }
  }
}

}  // namespace
}  // namespace forerun
