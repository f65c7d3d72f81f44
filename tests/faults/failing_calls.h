#pragma once

// Include in one file of a program that is linked with --wrap for the calls below: they can be told to fail then.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <string>

namespace forerun::testing {

/// Lets the calls by which files are written fail while it lives: the one with the number `nth`, from 1, of those
/// called `call` ("" for any of them), and with `for_good` all that follow.
class FailingCalls {
 public:
  struct Fault {
    std::string call;
    int error = EIO;
    long nth = 1;
    bool for_good = false;
  };

  explicit FailingCalls(Fault fault) : fault_(std::move(fault)) { current = this; }
  ~FailingCalls() { current = nullptr; }
  FailingCalls(const FailingCalls&) = delete;
  FailingCalls& operator=(const FailingCalls&) = delete;

  bool has_failed() const { return num_seen_ >= fault_.nth; }

  /// The errno by which this call is to fail; 0: not at all.
  static int error_of(const char* call) {
    FailingCalls* const failing = current;
    return failing == nullptr ? 0 : failing->next(call);
  }

 private:
  int next(const char* call) {
    if (!fault_.call.empty() && fault_.call != call) return 0;
    const long number = ++num_seen_;
    return number == fault_.nth || (fault_.for_good && number > fault_.nth) ? fault_.error : 0;
  }

  static inline std::atomic<FailingCalls*> current = nullptr;
  Fault fault_;
  std::atomic<long> num_seen_ = 0;
};

}  // namespace forerun::testing

extern "C" {

// The linker's --wrap prescribes symbols that are no names for C++.
int real_open(const char* path, int flags, ...) __asm__("__real_open");
ssize_t real_write(int descriptor, const void* bytes, std::size_t count) __asm__("__real_write");
int real_fsync(int descriptor) __asm__("__real_fsync");
int real_fchmod(int descriptor, mode_t mode) __asm__("__real_fchmod");
int real_close(int descriptor) __asm__("__real_close");
int real_rename(const char* from, const char* to) __asm__("__real_rename");
int failing_open(const char* path, int flags, ...) __asm__("__wrap_open");
ssize_t failing_write(int descriptor, const void* bytes, std::size_t count) __asm__("__wrap_write");
int failing_fsync(int descriptor) __asm__("__wrap_fsync");
int failing_fchmod(int descriptor, mode_t mode) __asm__("__wrap_fchmod");
int failing_close(int descriptor) __asm__("__wrap_close");
int failing_rename(const char* from, const char* to) __asm__("__wrap_rename");

int failing_open(const char* path, int flags, ...) {
  errno = forerun::testing::FailingCalls::error_of("open");
  if (errno != 0) return -1;
  std::va_list more;
  va_start(more, flags);
  const auto mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return real_open(path, flags, mode);
}

/// Writes half where it is to be cut short (EINTR), which is no failure for who goes on.
ssize_t failing_write(int descriptor, const void* bytes, std::size_t count) {
  errno = forerun::testing::FailingCalls::error_of("write");
  if (errno == EINTR && count > 1) return real_write(descriptor, bytes, count / 2);
  return errno != 0 ? -1 : real_write(descriptor, bytes, count);
}

int failing_fsync(int descriptor) {
  errno = forerun::testing::FailingCalls::error_of("fsync");
  return errno != 0 ? -1 : real_fsync(descriptor);
}

int failing_fchmod(int descriptor, mode_t mode) {
  errno = forerun::testing::FailingCalls::error_of("fchmod");
  return errno != 0 ? -1 : real_fchmod(descriptor, mode);
}

/// Closes in any case, as systems do.
int failing_close(int descriptor) {
  const int error = forerun::testing::FailingCalls::error_of("close");
  const int status = real_close(descriptor);
  if (error == 0) return status;
  errno = error;
  return -1;
}

int failing_rename(const char* from, const char* to) {
  errno = forerun::testing::FailingCalls::error_of("rename");
  return errno != 0 ? -1 : real_rename(from, to);
}
}
