#include "apps/forerun/cli/interrupt.h"

#include <gmock/gmock.h>

#include <condition_variable>
#include <cstring>
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

class Guarded : public ::testing::TestWithParam<Signal> {
 protected:
  /// A process whose work does not look at anything; it says "ready" when a signal may come, and "kept" when it keeps
  /// what it has.
  Process deaf(const std::function<void(InterruptGuard&)>& prepare = {}) const {
    return Process([&] {
      InterruptGuard guard;
      const InterruptGuard::Keep keep(guard, [this] {
        say("kept");
        return std::string();
      });
      if (prepare) prepare(guard);
      say("ready");
      while (true) ::pause();
    });
  }
  void say(const std::string& word) const { std::ofstream(directory_ / word) << word; }
  bool said(const std::string& word) const { return content_of(directory_ / word) == word; }
  void wait_for(const std::string& word) const { wait_for_text(directory_ / word, word); }

  TemporaryDirectory directory_;
};

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

TEST_P(Guarded, WorkThatDoesNotStopIsLeftWhenWhatItHasIsKept) {
  Process process = deaf();
  wait_for("ready");
  process.signal(GetParam().number);
  EXPECT_EQ(process.wait(), GetParam().status);
  EXPECT_TRUE(said("kept"));
}

TEST_P(Guarded, TheSameWishToProcessAndGroupIsOneSignal) {
  Process process = deaf();
  wait_for("ready");
  process.signal(GetParam().number);
  process.signal(GetParam().number);
  EXPECT_EQ(process.wait(), GetParam().status);
  EXPECT_TRUE(said("kept"));
}

TEST_P(Guarded, ASecondSignalEndsAtOnce) {
  Process process = deaf([this](InterruptGuard& guard) {
    guard.finish();  // nothing but a second signal ends it now
    std::thread([token = guard.token(), this] {
      while (!token.stop_requested()) Process::pause();
      say("heard");
    }).detach();
  });
  wait_for("ready");
  process.signal(GetParam().number);
  wait_for("heard");
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(), GetParam().status) << "that of the first";
  EXPECT_FALSE(said("kept"));
}

INSTANTIATE_TEST_SUITE_P(Signals, Guarded,
                         ::testing::Values(Signal{SIGINT, 130}, Signal{SIGTERM, 143}, Signal{SIGHUP, 129}),
                         [](const auto& tested) { return std::string(::strsignal(tested.param.number)); });

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
