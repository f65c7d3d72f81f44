#include "apps/forerun/forerun_main.h"

#include <fcntl.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <sstream>
#include <streambuf>
#include <string>
#include <string_view>
#include <vector>

#include "apps/forerun/cli/colour.h"
#include "apps/forerun/cli/command_line.h"
#include "core/execution/mpi_processes.h"
#include "core/parareal/ended_together.h"

namespace forerun {
namespace {

std::size_t terminal_columns(int descriptor) {
  winsize size{};
  constexpr std::size_t usual = 80;
  return ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

/// A standard stream that the caller has closed would lend its number to the next file opened, which then received what
/// is printed. Something that refuses writing takes its place.
void occupy_closed_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) < 0 && ::open("/dev/null", O_RDONLY) != descriptor) std::abort();
  }
}

/// A reader that has gone is a write that fails, to be said like others, and not an end without a word.
void let_writes_without_a_reader_fail() { std::signal(SIGPIPE, SIG_IGN); }

/// Learners take the same matrices from the heap in each iteration. Given back to the system in between, their pages
/// would be cleared anew each time, a sixth of what a fit takes.
void keep_freed_memory() {
#ifdef __GLIBC__
  constexpr int megabyte = 1 << 20;
  ::mallopt(M_MMAP_THRESHOLD, 32 * megabyte);
  ::mallopt(M_TRIM_THRESHOLD, 128 * megabyte);
#endif
}

/// Children are waited for here, also where whoever has started us has said that nobody would.
void wait_for_children() { std::signal(SIGCHLD, SIG_DFL); }

/// Where a file may not grow further, a write fails and says so, like any other that does.
void let_writes_beyond_the_limit_fail() { std::signal(SIGXFSZ, SIG_IGN); }

/// Takes what is written and leaves it nowhere: of many processes one speaks.
class Silence final : public std::streambuf {
  int_type overflow(int_type character) override { return traits_type::not_eof(character); }
  std::streamsize xsputn(const char* /*characters*/, std::streamsize count) override { return count; }
};

/// Without the program's name before it.
std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  text.erase(0, text.rfind('\n') + 1);
  constexpr std::string_view name = "forerun: ";
  return text.starts_with(name) ? text.substr(name.size()) : text;
}

}  // namespace

int forerun_main(int argc, char** argv) {
  occupy_closed_streams();
  let_writes_without_a_reader_fail();
  let_writes_beyond_the_limit_fail();
  wait_for_children();
  keep_freed_memory();
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  std::unique_ptr<MpiProcesses> processes;
  try {
    processes = begin_mpi_processes();
  } catch (const std::exception& error) {
    std::cerr << "forerun: " << error.what() << "\n";
    return static_cast<int>(ExitStatus::usage);
  }
  Silence silence;
  std::ostream nowhere(&silence);
  std::ostringstream unheard;  // of a process that does not speak, for who does
  const bool speaks = !processes || processes->communicator().rank() == 0;
  const bool is_terminal = speaks && ::isatty(STDERR_FILENO) == 1;
  const Console console{.out = speaks ? std::cout : nowhere,
                        .err = speaks ? std::cerr : unheard,
                        .err_is_terminal = is_terminal,
                        .err_columns = terminal_columns(STDERR_FILENO),
                        .err_has_colours = is_terminal && environment_wants_colours(),
                        .communicator = processes ? &processes->communicator() : nullptr};
  const ExitStatus status = run_command_line(words, console);
  if (!processes) return static_cast<int>(status);
  return processes->end(static_cast<int>(status), is_failure(status), to_bytes({.what = last_line(unheard.str())}));
}

}  // namespace forerun
