#include "apps/forerun/cli/interrupt.h"

#include <gmock/gmock.h>

#include <condition_variable>
#include <cstring>
#include <deque>
#include <fstream>
#include <mutex>
#include <optional>

#include "tests/apps/process.h"

namespace forerun {
namespace {

using testing::content_of;
using testing::Process;
using testing::TemporaryDirectory;
using testing::wait_for_text;

struct Signal {
  int number;
  int status;
};

constexpr Signal tested_signals[] = {{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}};

/// A process whose work does not look at anything; it says "ready" when a signal may come, and "kept" when it keeps
/// what it has.
class DeafProcess {
 public:
  using Prepare = std::function<void(InterruptGuard&, const DeafProcess&)>;

  explicit DeafProcess(const Prepare& prepare = {})
      : process_([&] {
          InterruptGuard guard;
          const InterruptGuard::Keep keep(guard, [this] {
            say("kept");
            return std::string();
          });
          if (prepare) prepare(guard, *this);
          say("ready");
          while (true) ::pause();
        }) {
    wait_for("ready");
  }

  void signal(int number) const { process_.signal(number); }
  int wait() { return process_.wait(); }
  void say(const std::string& word) const { std::ofstream(directory_ / word) << word; }
  bool said(const std::string& word) const { return content_of(directory_ / word) == word; }
  void wait_for(const std::string& word) const { wait_for_text(directory_ / word, word); }

 private:
  TemporaryDirectory directory_;
  Process process_;
};

class Guarded : public ::testing::TestWithParam<Signal> {};

TEST_P(Guarded, TheFirstSignalRequestsAStopAndSaysWhich) {
  const InterruptGuard guard;
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  EXPECT_FALSE(guard.token().stop_requested());
  EXPECT_FALSE(InterruptGuard::status().has_value());
  ::raise(GetParam().number);
  // Wakes when the stop is requested; waits for it as long as the test runner lets it.
  changed.wait(lock, guard.token(), [] { return false; });
  EXPECT_TRUE(guard.token().stop_requested());
  EXPECT_EQ(InterruptGuard::status(), static_cast<ExitStatus>(GetParam().status));
}

TEST_P(Guarded, RestoresWhatWasBefore) {
  struct sigaction before {};
  struct sigaction after {};
  ::sigaction(GetParam().number, nullptr, &before);
  { const InterruptGuard guard; }
  ::sigaction(GetParam().number, nullptr, &after);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
}

TEST_P(Guarded, ASecondSignalEndsAtOnce) {
  DeafProcess process([](InterruptGuard& guard, const DeafProcess& itself) {
    guard.finish();  // nothing but a second signal ends it now
    std::thread([token = guard.token(), &itself] {
      while (!token.stop_requested()) Process::pause();
      itself.say("heard");
    }).detach();
  });
  process.signal(GetParam().number);
  process.wait_for("heard");
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(), GetParam().status) << "that of the first";
  EXPECT_FALSE(process.said("kept"));
}

INSTANTIATE_TEST_SUITE_P(Signals, Guarded, ::testing::ValuesIn(tested_signals),
                         [](const auto& tested) { return std::string(::strsignal(tested.param.number)); });

/// Side by side, since each of them waits for two seconds. The same signal to process and group is one.
TEST(Guard, LeavesWorkThatDoesNotStopWhenWhatItHasIsKept) {
  std::deque<DeafProcess> once, twice;
  for (const Signal& signal : tested_signals) {
    once.emplace_back().signal(signal.number);
    const DeafProcess& process = twice.emplace_back();
    for (int i = 0; i < 2; ++i) process.signal(signal.number);
  }
  for (std::size_t i = 0; i < once.size(); ++i) {
    for (DeafProcess* process : {&once[i], &twice[i]}) {
      EXPECT_EQ(process->wait(), tested_signals[i].status);
      EXPECT_TRUE(process->said("kept"));
    }
  }
}

TEST(Guard, LeavesAnIgnoredHangUpIgnored) {
  Process process([] {
    std::signal(SIGHUP, SIG_IGN);
    const InterruptGuard guard;
    ::raise(SIGHUP);
    ::_exit(InterruptGuard::status().has_value() ? 1 : 0);
  });
  EXPECT_EQ(process.wait(), 0);
}

}  // namespace
}  // namespace forerun
