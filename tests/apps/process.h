#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/apps/cli.h"

namespace forerun::testing {

/// Another process. Tests wait for what it does for as long as the test runner lets them, so that they say the same on
/// a busy machine; a process that is left behind is killed.
class Process {
 public:
  /// The program with these words; its standard output and error go to files.
  static Process program(const std::vector<std::string>& words, const std::string& err_file,
                         const std::string& out_file = "/dev/null") {
    return Process([&] {
      redirect(out_file, STDOUT_FILENO);
      redirect(err_file, STDERR_FILENO);
      execute(words);
    });
  }

  /// `body` in a copy of this process; ends with status 99 where it returns.
  explicit Process(const std::function<void()>& body) : id_(::fork()) {
    if (id_ != 0) return;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) std::signal(signal, SIG_DFL);
    body();
    ::_exit(99);
  }
  Process(Process&& other) noexcept : id_(std::exchange(other.id_, -1)), peak_kilobytes_(other.peak_kilobytes_) {}
  Process& operator=(Process&&) = delete;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (id_ <= 0) return;
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
  }

  pid_t id() const { return id_; }
  void signal(int number) const { ::kill(id_, number); }
  /// Returns when the process handles this signal itself (Linux).
  void wait_until_it_handles(int number) const {
    while (((signal_mask("SigCgt:") >> (number - 1)) & 1U) == 0 && !has_ended()) pause();
  }
  /// Returns when the file is there, or the process has ended: what it leaves while it works may be gone by then.
  void wait_for_file(const std::string& file) const {
    while (!std::filesystem::exists(file) && !has_ended()) pause();
  }
  /// Its exit status, −1 where a signal ended it.
  int wait() {
    int status = 0;
    rusage usage{};
    ::wait4(std::exchange(id_, -1), &status, 0, &usage);
    peak_kilobytes_ = usage.ru_maxrss;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  /// Of memory, once it has been waited for: of the largest among it and those that it has waited for.
  long peak_kilobytes() const { return peak_kilobytes_; }

  static void pause() { std::this_thread::sleep_for(std::chrono::milliseconds(5)); }
  /// Replaces this process.
  static void execute(const std::vector<std::string>& words) {
    std::vector<std::string> owned = {FORERUN_PROGRAM};
    owned.insert(owned.end(), words.begin(), words.end());
    std::vector<char*> argv;
    for (std::string& word : owned) argv.push_back(word.data());
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  static void redirect(const std::string& file, int descriptor) {
    ::dup2(::open(file.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600), descriptor);
  }

 private:
  bool has_ended() const {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
  }
  unsigned long signal_mask(const std::string& name) const {
    std::ifstream status("/proc/" + std::to_string(id_) + "/status");
    for (std::string word; status >> word;) {
      if (word == name && status >> word) return std::stoul(word, nullptr, 16);
    }
    return 0;
  }

  pid_t id_ = -1;
  long peak_kilobytes_ = 0;
};

inline void wait_for_text(const std::string& file, const std::string& text) {
  while (content_of(file).find(text) == std::string::npos) Process::pause();
}

}  // namespace forerun::testing
