#include "apps/forerun/cli/interrupt.h"

#include <fcntl.h>
#include <sys/poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <exception>
#include <system_error>
#include <utility>

#include "apps/forerun/cli/leave_process.h"

namespace forerun {
namespace {

constexpr char interrupt_byte = 'i';
constexpr char quit_byte = 'q';
constexpr int grace_milliseconds = 2000;
constexpr std::int64_t same_wish_nanoseconds = 200'000'000;
constexpr std::array<int, 3> signals = {SIGINT, SIGTERM, SIGHUP};

/// What the handler knows; it has no other way to be told. 0: no signal yet.
std::atomic<int> write_end = -1;
std::atomic<int> first_signal = 0;
std::atomic<std::int64_t> first_time = 0;
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free);

/// What was to be done before, of each of `signals`.
std::array<struct sigaction, signals.size()> previous{};

std::int64_t nanoseconds_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

int shell_status(int signal) { return 128 + signal; }

extern "C" void on_signal(int signal) {
  const int saved = errno;
  const std::int64_t now = nanoseconds_now();
  std::int64_t before = 0;
  if (first_time.compare_exchange_strong(before, now)) {
    first_signal = signal;
    // Nothing could be done about a failure here; a second signal still ends the process.
    [[maybe_unused]] const auto written = ::write(write_end, &interrupt_byte, 1);
  } else if (now - before > same_wish_nanoseconds) {
    ::_exit(shell_status(first_signal));
  }
  errno = saved;
}

/// The next byte within the time, or `quit_byte` where the other end has been closed; nullopt after it. Negative: waits
/// for ever.
std::optional<char> next_byte(int descriptor, int milliseconds) {
  pollfd waiting{descriptor, POLLIN, 0};
  int ready = 0;
  do ready = ::poll(&waiting, 1, milliseconds);
  while (ready < 0 && errno == EINTR);
  char byte = quit_byte;
  if (ready == 0 || ::read(descriptor, &byte, 1) < 0) return std::nullopt;
  return byte;
}

}  // namespace

InterruptGuard::InterruptGuard() {
  std::array<int, 2> ends;
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  read_end_ = ends[0];
  write_end = ends[1];
  first_signal = 0;
  first_time = 0;
  watcher_ = std::thread([this] { wait_for_signal(); });
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  for (const int signal : signals) ::sigaddset(&action.sa_mask, signal);
  for (std::size_t i = 0; i < signals.size(); ++i) {
    ::sigaction(signals[i], nullptr, &previous[i]);
    const bool stays_ignored = signals[i] == SIGHUP && previous[i].sa_handler == SIG_IGN;
    if (!stays_ignored) ::sigaction(signals[i], &action, nullptr);
  }
}

InterruptGuard::~InterruptGuard() {
  for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals[i], &previous[i], nullptr);
  ::close(write_end.exchange(-1));  // which, unlike a write, cannot fail to tell the watcher
  watcher_.join();
  ::close(read_end_);
}

void InterruptGuard::set_keep(std::function<std::string()> keep) {
  const std::lock_guard lock(mutex_);
  keep_ = std::move(keep);
}

void InterruptGuard::finish() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
}

std::optional<ExitStatus> InterruptGuard::status() {
  const int signal = first_signal;
  if (signal == 0) return std::nullopt;
  return static_cast<ExitStatus>(shell_status(signal));
}

void InterruptGuard::wait_for_signal() {
  constexpr int for_ever = -1;
  if (next_byte(read_end_, for_ever) != interrupt_byte) return;
  stop_.request_stop();
  if (!next_byte(read_end_, grace_milliseconds)) leave_unless_finished();
}

void InterruptGuard::leave_unless_finished() {
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  std::string kept;
  try {
    if (keep_) kept = keep_();
  } catch (const std::exception& error) {
    kept = error.what();
  }
  leave_process(*status(), "interrupted; what was under way did not stop within two seconds and was left" +
                               (kept.empty() ? "" : "; " + kept));
}

}  // namespace forerun
