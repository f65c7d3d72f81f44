#include "core/files/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <stdexcept>

#include "core/base/errors.h"
#include "tests/core/temporary_directory.h"

namespace forerun {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string refusal(const std::filesystem::path& path, std::string_view content = "new") {
  try {
    write_file_atomically(path, content);
  } catch (const FileError& error) {
    return error.what();
  }
  return "written";
}

/// Files of this process can grow to `bytes` while it lives: what a full disk does, without one.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &old_limit_);
    const rlimit limit{bytes, old_limit_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &old_limit_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  void (*old_handler_)(int);
  rlimit old_limit_{};
};

TEST(AtomicFile, HoldsExactlyWhatWasWritten) {
  const TemporaryDirectory directory;
  std::string content;  // longer than any buffer, with every byte
  for (int i = 0; i < 300'000; ++i) content += static_cast<char>(i % 256);
  write_file_atomically(directory / "file", content);
  EXPECT_EQ(bytes_of(directory / "file"), content);
  write_file_atomically(directory / "file", [](std::ostream& stream) { stream << "a" << 1 << '\0'; });
  EXPECT_EQ(bytes_of(directory / "file"), std::string("a1\0", 3));
  write_file_atomically(directory / "file", "");
  EXPECT_EQ(bytes_of(directory / "file"), "");
  EXPECT_THAT(directory.names(), ElementsAre("file"));
}

TEST(AtomicFile, KeepsTheOldContentUntilTheNewIsComplete) {
  const TemporaryDirectory directory;
  write_bytes(directory / "file", "old");
  write_file_atomically(directory / "file", [&](std::ostream& stream) {
    stream << std::string(1 << 20, 'n') << std::flush;
    EXPECT_EQ(bytes_of(directory / "file"), "old");
  });
  EXPECT_EQ(bytes_of(directory / "file").size(), 1u << 20);
}

TEST(AtomicFile, LeavesNoTraceWhenTheWriterThrows) {
  const TemporaryDirectory directory;
  const auto throws = [](std::ostream& stream) {
    stream << "half";
    throw std::domain_error("enough");
  };
  EXPECT_THROW(write_file_atomically(directory / "file", throws), std::domain_error);
  EXPECT_THAT(directory.names(), IsEmpty());
  write_bytes(directory / "file", "old");
  EXPECT_THROW(write_file_atomically(directory / "file", throws), std::domain_error);
  EXPECT_THAT(directory.names(), ElementsAre("file"));
  EXPECT_EQ(bytes_of(directory / "file"), "old");
}

TEST(AtomicFile, LeavesNoTraceWhenTheDiskIsFull) {
  const TemporaryDirectory directory;
  write_bytes(directory / "file", "old");
  std::string sentence;
  {
    const FileSizeLimit limit(1000);
    sentence = refusal(directory / "file", std::string(100'000, 'x'));
  }
  EXPECT_EQ(sentence, (directory / "file").string() + ": cannot be written: File too large");
  EXPECT_THAT(directory.names(), ElementsAre("file"));
  EXPECT_EQ(bytes_of(directory / "file"), "old");
}

TEST(AtomicFile, RefusesAStreamThatFailed) {
  const TemporaryDirectory directory;
  EXPECT_THROW(
      write_file_atomically(directory / "file", [](std::ostream& stream) { stream.setstate(std::ios::failbit); }),
      FileError);
  EXPECT_THAT(directory.names(), IsEmpty());
}

TEST(AtomicFile, NamesFileAndReason) {
  const TemporaryDirectory directory;
  EXPECT_EQ(refusal(directory.path()), directory.path().string() + ": cannot be written: Is a directory");
  EXPECT_EQ(refusal(directory / "missing/file"),
            (directory / "missing/file").string() + ": cannot be written: No such file or directory");
  write_bytes(directory / "plain", "");
  EXPECT_EQ(refusal(directory / "plain/file"),
            (directory / "plain/file").string() + ": cannot be written: Not a directory");
  EXPECT_THAT(refusal("/proc/forerun.txt"), HasSubstr("/proc/forerun.txt: cannot be written: "));
  EXPECT_EQ(refusal(directory / std::string(300, 'n')),
            (directory / std::string(300, 'n')).string() + ": cannot be written: File name too long");
  EXPECT_THAT(directory.names(), ElementsAre("plain"));
}

TEST(FileInPieces, AppearsWholeWhenItIsPublished) {
  const TemporaryDirectory directory;
  const std::filesystem::path path = directory / "file";
  write_bytes(path, "old");
  FileInPieces file(path, 8);
  const std::vector<FilePiece> late{{4, "ef"}, {6, "gh"}};
  const std::vector<FilePiece> early{{0, "abcd"}};
  write_pieces(file.temporary(), late, path);
  write_pieces(file.temporary(), early, path);
  EXPECT_EQ(bytes_of(path), "old");
  file.publish();
  EXPECT_EQ(bytes_of(path), "abcdefgh");
  EXPECT_FALSE(std::filesystem::exists(file.temporary()));
}

TEST(FileInPieces, LeavesNoTraceUnlessItIsPublished) {
  const TemporaryDirectory directory;
  const std::filesystem::path path = directory / "file";
  std::filesystem::path temporary;
  {
    const FileInPieces file(path, 8);
    temporary = file.temporary();
    EXPECT_TRUE(std::filesystem::exists(temporary));
  }
  EXPECT_FALSE(std::filesystem::exists(temporary));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(FileInPieces, ComplaintsNameThePlaceAndNotTheTemporaryFile) {
  const TemporaryDirectory directory;
  try {
    write_pieces(directory / "gone", {}, directory / "file");
    FAIL() << "written";
  } catch (const FileError& error) {
    EXPECT_THAT(error.what(), HasSubstr("file: "));
    EXPECT_THAT(error.what(), ::testing::Not(HasSubstr("gone")));
  }
}

TEST(AtomicFile, NeverReplacesADevice) {
  EXPECT_EQ(refusal("/dev/null"), "/dev/null: cannot be written: not a regular file");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST(AtomicFile, WritesThroughSymbolicLinksAndKeepsPermissions) {
  namespace fs = std::filesystem;
  const TemporaryDirectory directory;
  write_bytes(directory / "file", "old");
  fs::permissions(directory / "file", fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink("file", directory / "link");
  write_file_atomically(directory / "link", "new");
  EXPECT_TRUE(fs::is_symlink(directory / "link"));
  EXPECT_EQ(bytes_of(directory / "file"), "new");
  EXPECT_EQ(fs::status(directory / "file").permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

}  // namespace
}  // namespace forerun
