#include "core/read_file.h"

#include <cerrno>
#include <fstream>
#include <system_error>

#include "core/errors.h"

namespace forerun {

std::string read_file(const std::filesystem::path& path) {
  const auto fail = [&path](const std::string& reason) -> FileError {
    return FileError(path.string() + ": cannot be read: " + reason);
  };
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (error) throw fail(error.message());
  // A device or a pipe has no size to allocate by, and may never end.
  if (std::filesystem::is_directory(status)) throw fail("is a directory");
  if (!std::filesystem::is_regular_file(status)) throw fail("not a regular file");
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) throw fail(error.message());
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw fail(std::generic_category().message(errno));
  std::string content(size, '\0');
  stream.read(content.data(), static_cast<std::streamsize>(size));
  if (!stream) throw fail("it ended before its size");
  return content;
}

}  // namespace forerun
