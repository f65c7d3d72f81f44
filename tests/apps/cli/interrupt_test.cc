#include "apps/forerun/cli/interrupt.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/apps/cli.h"

namespace forerun {
namespace {

using testing::content_of;
using testing::TemporaryDirectory;

TEST(InterruptGuard, TheFirstSignalRequestsAStop) {
  const InterruptGuard guard;
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  EXPECT_FALSE(guard.token().stop_requested());
  ::raise(SIGINT);
  // Wakes when the stop is requested; waits for it as long as the test runner lets it.
  changed.wait(lock, guard.token(), [] { return false; });
  EXPECT_TRUE(guard.token().stop_requested());
}

TEST(InterruptGuard, RestoresWhatWasBefore) {
  struct sigaction before {};
  struct sigaction after {};
  ::sigaction(SIGINT, nullptr, &before);
  { const InterruptGuard guard; }
  ::sigaction(SIGINT, nullptr, &after);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
}

/// The program as a process of its own, its standard error in a file.
class Process {
 public:
  Process(const std::vector<std::string>& words, const std::string& err_file) {
    std::vector<char*> argv;
    std::vector<std::string> owned = {FORERUN_PROGRAM};
    owned.insert(owned.end(), words.begin(), words.end());
    for (std::string& word : owned) argv.push_back(word.data());
    argv.push_back(nullptr);
    id_ = ::fork();
    if (id_ == 0) {
      const int err = ::open(err_file.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
      ::dup2(err, STDERR_FILENO);
      ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
  }
  void interrupt() const { ::kill(id_, SIGINT); }
  /// As waitpid says it.
  int wait() const {
    int status = 0;
    ::waitpid(id_, &status, 0);
    return status;
  }

 private:
  pid_t id_ = -1;
};

void wait_for_text(const std::string& file, const std::string& text) {
  while (content_of(file).find(text) == std::string::npos) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

TEST(Interrupt, EndsWithStatus130AndWritesWhatWasReached) {
  const TemporaryDirectory directory;
  const std::string config = directory.write("small.toml", testing::small_config);
  // Without a tolerance and with costly slices the run takes minutes if it is not interrupted.
  const Process process({"run", config, "--set", "parareal.tolerance=0.0", "--set", "fine.steps=40000", "--set",
                         "time.slices=64", "--set", "parareal.max_iterations=64", "--set", "parareal.max_seconds=1e6",
                         "--set", "time.end=8", "--out", directory / "out"},
                        directory / "err");
  wait_for_text(directory / "err", "iteration 1");
  process.interrupt();
  const int status = process.wait();
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
  const auto record = nlohmann::json::parse(content_of(directory / "out/record.json"));
  EXPECT_EQ(record.at("runs").at(0).at("termination"), "interrupted");
  EXPECT_GE(record.at("runs").at(0).at("iterations").get<int>(), 1);
}

}  // namespace
}  // namespace forerun
