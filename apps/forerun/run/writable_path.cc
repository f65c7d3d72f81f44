#include "apps/forerun/run/writable_path.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "core/base/errors.h"

namespace forerun {
namespace {

namespace fs = std::filesystem;

FileError not_writable(const fs::path& path, const std::string& reason) {
  return FileError(path.string() + ": cannot be written: " + reason);
}

fs::path directory_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

}  // namespace

void require_file_name(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::none) throw not_writable(path, error.message());  // links in a circle, say
  if (path.empty() || !path.has_filename() || fs::is_directory(status)) throw not_writable(path, "is a directory");
  if (!fs::is_directory(directory_of(path), error)) {
    throw not_writable(path, directory_of(path).string() + " is not a directory");
  }
  if (fs::exists(status) && !fs::is_regular_file(status)) throw not_writable(path, "is not a regular file");
}

void require_writable(const fs::path& path) {
  require_file_name(path);
  // Without the file's name, which may already be as long as the file system allows.
  const std::string probe = directory_of(path) / (".forerun-probe-" + std::to_string(::getpid()));
  const int descriptor = ::open(probe.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (descriptor < 0) throw not_writable(path, std::generic_category().message(errno));
  ::close(descriptor);
  ::unlink(probe.c_str());
}

}  // namespace forerun
