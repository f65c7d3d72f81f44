#include "apps/forerun/cli/interrupt.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace forerun {
namespace {

constexpr char interrupt_byte = 'i';
constexpr char quit_byte = 'q';

/// Where the handler writes; a handler has no other way to be told.
volatile std::sig_atomic_t write_end = -1;

extern "C" void on_interrupt(int) {
  const int saved = errno;
  // Nothing could be done about a failure here; the second SIGINT still ends the process.
  [[maybe_unused]] const auto written = ::write(write_end, &interrupt_byte, 1);
  errno = saved;
}

}  // namespace

InterruptGuard::InterruptGuard() {
  std::array<int, 2> ends;
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  read_end_ = ends[0];
  write_end = ends[1];
  watcher_ = std::thread([this] {
    char byte = 0;
    while (::read(read_end_, &byte, 1) < 0 && errno == EINTR) {
    }
    if (byte == interrupt_byte) stop_.request_stop();
  });
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &previous_);
}

InterruptGuard::~InterruptGuard() {
  ::sigaction(SIGINT, &previous_, nullptr);
  [[maybe_unused]] const auto written = ::write(write_end, &quit_byte, 1);
  watcher_.join();
  ::close(read_end_);
  ::close(write_end);
  write_end = -1;
}

}  // namespace forerun
