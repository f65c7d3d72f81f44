#include "apps/forerun/writable_path.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "core/errors.h"

namespace forerun {

void require_writable(const std::filesystem::path& path) {
  const auto fail = [&](const std::string& reason) {
    return FileError(path.string() + ": cannot be written: " + reason);
  };
  std::error_code error;
  if (path.empty() || !path.has_filename() || std::filesystem::is_directory(path, error)) throw fail("is a directory");
  const std::filesystem::path directory = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  if (!std::filesystem::is_directory(directory, error)) throw fail(directory.string() + " is not a directory");
  const std::string probe = directory / ("." + path.filename().string() + ".probe-" + std::to_string(::getpid()));
  const int descriptor = ::open(probe.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (descriptor < 0) throw fail(std::generic_category().message(errno));
  ::close(descriptor);
  ::unlink(probe.c_str());
}

}  // namespace forerun
