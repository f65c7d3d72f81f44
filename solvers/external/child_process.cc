#include "solvers/external/child_process.h"

#include <signal.h>
#include <sys/poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

namespace forerun {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

}  // namespace

bool ChildEnd::succeeded() const { return is_known && WIFEXITED(status) && WEXITSTATUS(status) == 0; }

std::string ChildEnd::sentence() const {
  if (!is_known) return "has ended, nobody knows how";
  if (WIFEXITED(status)) return "ended with status " + std::to_string(WEXITSTATUS(status));
  const int number = WTERMSIG(status);
  const char* const name = ::sigdescr_np(number);
  return "was ended by signal " + std::to_string(number) + (name != nullptr ? " (" + std::string(name) + ")" : "");
}

ChildProcess::ChildProcess(const ChildCommand& command, const ChildStreams& streams) {
  DescriptorPair in = streams.in ? socket_to_them() : nowhere();
  DescriptorPair out = streams.out ? pipe_to_us() : nowhere();
  DescriptorPair err = pipe_to_us();
  id_ = launch({find_program(command.words.front(), command.directory), command.words, command.directory,
                in.theirs.number(), out.theirs.number(), err.theirs.number(), true});
  guardian_->watch(id_);
  in_ = std::move(in.ours);
  out_ = std::move(out.ours);
  err_ = std::move(err.ours);
}

ChildProcess::~ChildProcess() {
  signal_group(SIGKILL);
  guardian_->forget(id_);
  if (!ended_ || ended_->is_known) {
    while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
}

void ChildProcess::read_errors() {
  std::array<char, 4096> buffer;
  while (err_.is_open()) {
    const ssize_t size = ::read(err_.number(), buffer.data(), buffer.size());
    if (size > 0) {
      tail_.append({buffer.data(), static_cast<std::size_t>(size)});
    } else if (size == 0) {
      err_.close();
    } else if (errno != EINTR) {
      return;
    }
  }
}

/// It stays a zombie until this is destroyed, so that its number, which is its group's, is nobody else's meanwhile.
bool ChildProcess::has_ended() {
  if (ended_) return true;
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
    if (errno == ECHILD) ended_ = ChildEnd{};  // this process has children reaped by the system
    return ended_.has_value();
  }
  if (info.si_pid == 0) return false;
  const bool has_exited = info.si_code == CLD_EXITED;
  ended_ = ChildEnd{true, has_exited ? info.si_status << 8 : info.si_status};
  return true;
}

void ChildProcess::wait_for_errors(int time) {
  pollfd waiting{err_.number(), POLLIN, 0};
  if (err_.is_open()) {
    ::poll(&waiting, 1, time);
    read_errors();
  } else {
    std::this_thread::sleep_for(milliseconds(std::min(time, 1)));
  }
}

std::optional<ChildEnd> ChildProcess::wait(int time) {
  const auto until = Clock::now() + milliseconds(time);
  while (!has_ended()) {
    const auto left = std::chrono::duration_cast<milliseconds>(until - Clock::now()).count();
    if (left <= 0) return std::nullopt;
    wait_for_errors(static_cast<int>(left));
  }
  read_errors();
  return ended_;
}

void ChildProcess::end() {
  constexpr int grace = 500;
  if (has_ended()) return;
  signal_group(SIGTERM);
  if (!wait(grace)) signal_group(SIGKILL);
}

void ChildProcess::signal_group(int number) const {
  if (id_ > 0 && (!ended_ || ended_->is_known)) ::kill(-id_, number);
}

}  // namespace forerun
