#include <unistd.h>

#include <iostream>

#include "apps/forerun/command_line.h"

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const forerun::Console console{std::cout, std::cerr, ::isatty(STDERR_FILENO) == 1};
  return static_cast<int>(forerun::run_command_line(words, console));
}
