#include "core/files/read_file.h"

#include <cerrno>
#include <system_error>

#include "core/base/errors.h"

namespace forerun {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& reason) {
  throw FileError(path.string() + ": cannot be read: " + reason);
}

}  // namespace

FileReader::FileReader(const std::filesystem::path& path) : path_(path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (error) fail(path, error.message());
  if (std::filesystem::is_directory(status)) fail(path, "is a directory");
  if (!std::filesystem::is_regular_file(status)) fail(path, "is not a regular file");
  size_ = std::filesystem::file_size(path, error);
  if (error) fail(path, error.message());
  stream_.open(path, std::ios::binary);
  if (!stream_) fail(path, std::generic_category().message(errno));
}

void FileReader::read(void* bytes, std::size_t count) {
  stream_.read(static_cast<char*>(bytes), static_cast<std::streamsize>(count));
  if (!stream_) fail(path_, "it ended early");
}

std::string read_file(const std::filesystem::path& path) {
  FileReader reader(path);
  std::string content(reader.size(), '\0');
  reader.read(content.data(), content.size());
  return content;
}

}  // namespace forerun
