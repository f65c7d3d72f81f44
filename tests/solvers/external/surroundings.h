#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "tests/core/temporary_directory.h"

namespace forerun::testing {

/// A place for temporary files that programs started from here on use, and a mark in their environment to find them by.
class Surroundings {
 public:
  Surroundings() {
    std::filesystem::create_directory(temporary_);
    ::setenv("TMPDIR", temporary_.c_str(), 1);
    ::setenv("FORERUN_TEST_MARK", temporary_.c_str(), 1);
  }

  ~Surroundings() {
    if (before_.empty()) {
      ::unsetenv("TMPDIR");
    } else {
      ::setenv("TMPDIR", before_.c_str(), 1);
    }
  }
  Surroundings(const Surroundings&) = delete;
  Surroundings& operator=(const Surroundings&) = delete;

  const std::filesystem::path& path() const { return directory_.path(); }
  std::filesystem::path operator/(const std::string& name) const { return directory_ / name; }

  /// Temporary files that are there.
  std::vector<std::string> temporary_files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(temporary_)) {
      names.push_back(entry.path().string());
    }
    return names;
  }
  /// Programs with the mark, wherever they are: children, their children, orphans.
  std::vector<std::string> processes() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      const std::string name = entry.path().filename();
      if (!std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c) != 0; })) continue;
      if (name == std::to_string(::getpid())) continue;
      const std::string environment = bytes_of(entry.path() / "environ");
      if (environment.find("FORERUN_TEST_MARK=" + temporary_.string()) == std::string::npos) continue;
      found.push_back(name + " " + bytes_of(entry.path() / "cmdline"));
    }
    return found;
  }
  /// What programs have left in this while, which ends as soon as it is nothing.
  std::vector<std::string> left_behind() const {
    for (int i = 0; i < 500 && (!processes().empty() || !temporary_files().empty()); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    std::vector<std::string> left = processes();
    for (const std::string& file : temporary_files()) left.push_back(file);
    return left;
  }
  /// A child of this process that nobody has waited for.
  static bool has_zombie() {
    siginfo_t info{};
    return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
  }

 private:
  std::string before_ = std::getenv("TMPDIR") != nullptr ? std::getenv("TMPDIR") : "";
  forerun::TemporaryDirectory directory_;
  std::filesystem::path temporary_ = directory_ / "tmp";
};

}  // namespace forerun::testing
