#include "solvers/external/process_launcher.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>

namespace forerun {
namespace {

namespace fs = std::filesystem;

/// All that the child needs, in place before it exists: it may not touch the heap, which it shares with its parent.
struct ChildPlan {
  const char* program;
  char* const* words;
  const char* directory;  ///< nullptr: here
  std::array<int, 3> streams;
  bool ends_with_us;
  pid_t parent;
  volatile int* error;
};

/// Signals that a program ignores stay ignored across exec, and handlers would run in memory shared with the parent.
/// Those that the user has had ignored (nohup) stay so.
void reset_signals() {
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction now {};
    if (::sigaction(number, nullptr, &now) != 0) continue;
    const bool is_ours = number == SIGPIPE || number == SIGXFSZ || number == SIGCHLD;
    if (now.sa_handler == SIG_IGN && !is_ours) continue;
    ::sigaction(number, &by_default, nullptr);
  }
}

/// Files are closed as the new program begins, and not before: until then an error has to be told.
void close_other_files_on_exec() {
  constexpr int first = 3;
#ifdef CLOSE_RANGE_CLOEXEC
  if (::close_range(first, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
#endif
  constexpr int usual_limit = 1024;
  for (int descriptor = first; descriptor < usual_limit; ++descriptor) ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

/// The child: only calls that are safe between vfork and exec.
[[noreturn]] void become(const ChildPlan& plan) {
  constexpr int not_started = 127;
  ::setpgid(0, 0);
  if (plan.ends_with_us) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != plan.parent) ::_exit(not_started);  // it ended before it was asked to tell
  }
  reset_signals();
  if (plan.directory == nullptr || ::chdir(plan.directory) == 0) {
    bool has_streams = true;
    for (int target = 0; target < 3; ++target) {
      has_streams = has_streams && ::dup2(plan.streams[static_cast<std::size_t>(target)], target) == target;
    }
    if (has_streams) {
      close_other_files_on_exec();
      sigset_t none;
      ::sigemptyset(&none);
      ::sigprocmask(SIG_SETMASK, &none, nullptr);
      ::execve(plan.program, plan.words, environ);
    }
  }
  *plan.error = errno;
  ::_exit(not_started);
}

/// Signals wait meanwhile: a handler must not run in a child that shares our memory.
[[gnu::noinline]] pid_t vfork_and_become(const ChildPlan& plan) {
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t child = ::vfork();
  if (child == 0) become(plan);
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (child < 0) throw std::system_error(error, std::generic_category());
  return child;
}

pid_t start(const Launch& launch) {
  std::vector<char*> words;
  for (const std::string& word : launch.words) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  volatile int error = 0;
  const pid_t child = vfork_and_become({launch.program.c_str(),
                                        words.data(),
                                        launch.directory.empty() ? nullptr : launch.directory.c_str(),
                                        {launch.in, launch.out, launch.err},
                                        launch.ends_with_us,
                                        ::getpid(),
                                        &error});
  if (error == 0) return child;
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  throw std::system_error(error, std::generic_category());
}

/// The thread that starts them all.
class Launcher {
 public:
  Launcher() : thread_([this] { run(); }) {}
  ~Launcher() {
    {
      const std::lock_guard lock(mutex_);
      is_done_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  Launcher(const Launcher&) = delete;
  Launcher& operator=(const Launcher&) = delete;

  pid_t launch(const Launch& launch) {
    std::packaged_task<pid_t()> task([&launch] { return start(launch); });
    std::future<pid_t> started = task.get_future();
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    changed_.notify_one();
    return started.get();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return is_done_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      std::packaged_task<pid_t()> task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::packaged_task<pid_t()>> tasks_;
  bool is_done_ = false;
  std::thread thread_;  ///< last: it uses all of the above
};

/// Empty: it is a program.
std::string what_is_wrong_with(const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return errno == EACCES ? "cannot be looked at" : "is not there";
  if (!S_ISREG(status.st_mode)) return "is not a file";
  return ::access(file.c_str(), X_OK) == 0 ? "" : "is not executable";
}

/// A copy of this process (fork) has no such thread, and starts one of its own.
Launcher& launcher() {
  static std::mutex mutex;
  static std::unique_ptr<Launcher> the_one;
  static pid_t owner = -1;
  const std::lock_guard lock(mutex);
  if (owner != ::getpid()) {
    [[maybe_unused]] const Launcher* const of_the_parent = the_one.release();
    the_one = std::make_unique<Launcher>();
    owner = ::getpid();
  }
  return *the_one;
}

}  // namespace

pid_t launch(const Launch& launch) { return launcher().launch(launch); }

std::string find_program(const std::string& word, const std::string& directory) {
  if (word.find('/') != std::string::npos) {
    const fs::path file = fs::path(directory) / word;
    const std::string wrong = what_is_wrong_with(file);
    if (!wrong.empty()) throw std::invalid_argument(file.lexically_normal().string() + " " + wrong);
    return fs::absolute(file).string();
  }
  const char* const path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
  while (true) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    const fs::path file = fs::path(folder) / word;
    if (what_is_wrong_with(file).empty()) return fs::absolute(file).string();
    if (folder.size() == rest.size()) break;
    rest.remove_prefix(folder.size() + 1);
  }
  throw std::invalid_argument("there is no program '" + word +
                              "' in $PATH; one beside the configuration is written ./" + word);
}

}  // namespace forerun
