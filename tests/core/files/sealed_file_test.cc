#include "core/files/sealed_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/errors.h"
#include "tests/core/temporary_directory.h"

namespace forerun {
namespace {

constexpr std::string_view kKind = "a kind of file 1";
constexpr std::string_view kLaterKind = "a kind of file 2";

std::string complaint(const std::filesystem::path& path, std::string_view kind) {
  try {
    read_sealed_file(path, kind);
    return "none";
  } catch (const FileError& error) {
    return error.what();
  }
}

TEST(SealedFile, GivesBackItsContentWhateverTheBytes) {
  const TemporaryDirectory directory;
  for (const std::string& content : {std::string(), std::string("text"), std::string("\0\n\xff", 3)}) {
    write_sealed_file(directory / "file", kKind, content, "tail");
    EXPECT_EQ(read_sealed_file(directory / "file", kKind), content + "tail");
  }
}

TEST(SealedFile, IsRefusedWhenAnyBitOfItHasChangedOrItsEndIsMissing) {
  const TemporaryDirectory directory;
  write_sealed_file(directory / "file", kKind, "content");
  const std::string bytes = bytes_of(directory / "file");
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    write_bytes(directory / "file", damaged);
    EXPECT_THAT(complaint(directory / "file", kKind), ::testing::HasSubstr("is damaged")) << "bit " << bit;
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    write_bytes(directory / "file", bytes.substr(0, size));
    EXPECT_THAT(complaint(directory / "file", kKind), ::testing::HasSubstr("is damaged")) << size << " bytes";
  }
  write_bytes(directory / "file", bytes + "x");
  EXPECT_THAT(complaint(directory / "file", kKind), ::testing::HasSubstr("is damaged"));
}

TEST(SealedFile, OfAnotherVersionOrKindIsRefused) {
  const TemporaryDirectory directory;
  write_sealed_file(directory / "file", kLaterKind, "content");
  EXPECT_THAT(complaint(directory / "file", kKind), ::testing::HasSubstr("another version"));
  EXPECT_THAT(complaint(directory / "file", "forerun finish 1"), ::testing::HasSubstr("is damaged"));
  EXPECT_THAT(complaint(directory / "nothing", kKind), ::testing::HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace forerun
