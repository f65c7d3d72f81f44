#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace forerun {

/// A program to be started.
struct Launch {
  std::string program;             ///< the file, absolute
  std::vector<std::string> words;  ///< argv
  std::string directory;           ///< where it starts; empty: here
  int in = -1;                     ///< become its standard input, output and error; all ≥ 3
  int out = -1;
  int err = -1;
  bool ends_with_us = true;  ///< it is killed when this process ends, however that happens (Linux)
};

/// Starts a program in a process group of its own, with no other open file than the three, default signal handling and
/// no signal blocked. Returns its process id, to be waited for by whoever called.
///
/// A child that is to end with its parent ends with the *thread* that has started it. So one thread, which lives as
/// long as the process, starts them all, one after the other. By vfork: the memory of a large run is not copied, nor
/// are its page tables.
/// Thread-safe. Throws std::system_error with the system's reason.
pid_t launch(const Launch& launch);

/// The program that `word` names, as a shell would find it: a file, looked for from `directory` if it has a slash, in
/// $PATH otherwise. Throws std::invalid_argument saying what is wrong with it: "is not there", "is not executable".
std::string find_program(const std::string& word, const std::string& directory);

}  // namespace forerun
