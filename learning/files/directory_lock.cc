#include "learning/files/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "core/base/errors.h"

namespace forerun {

DirectoryLock::DirectoryLock(const std::filesystem::path& file, Wait wait)
    : descriptor_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) throw FileError(file.string() + ": " + std::generic_category().message(errno));
  const int operation = LOCK_EX | (wait == Wait::no ? LOCK_NB : 0);
  int error = 0;
  do {
    error = ::flock(descriptor_, operation) == 0 ? 0 : errno;
  } while (error == EINTR);
  if (error == 0) return;
  ::close(descriptor_);
  throw FileError(file.string() + ": " +
                  (error == EWOULDBLOCK ? "is held by another process" : std::generic_category().message(error)));
}

DirectoryLock::~DirectoryLock() { ::close(descriptor_); }

}  // namespace forerun
