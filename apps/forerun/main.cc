#include <sys/ioctl.h>
#include <unistd.h>

#include <iostream>

#include "apps/forerun/command_line.h"

namespace {

std::size_t terminal_columns(int descriptor) {
  winsize size{};
  constexpr std::size_t usual = 80;
  return ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const forerun::Console console{std::cout, std::cerr, ::isatty(STDERR_FILENO) == 1, terminal_columns(STDERR_FILENO)};
  return static_cast<int>(forerun::run_command_line(words, console));
}
