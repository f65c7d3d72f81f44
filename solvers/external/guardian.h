#pragma once

#include <sys/types.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "solvers/external/descriptor.h"

namespace forerun {

/// Sees to it that this process leaves nothing behind, however it ends: _Exit, kill -9 and a crash included.
///
/// A small process (a shell that reads) stands by. When its input ends, so has this process: then it kills the groups
/// of processes that are still watched and removes the directory of temporary files. That is needed beside the system's
/// own way of ending children with their parent, which reaches a script, but not the solver that the script has
/// started. In the ordinary course of things nothing is left for it to do.
class Guardian {
 public:
  /// The process's own; begun where there is none, ended with its last owner. Thread-safe. Throws `FileError`.
  static std::shared_ptr<Guardian> shared();

  Guardian();
  ~Guardian();
  Guardian(const Guardian&) = delete;
  Guardian& operator=(const Guardian&) = delete;

  /// A name that no other has, in a directory that is this process's alone, in $TMPDIR, else /tmp. Thread-safe.
  std::filesystem::path new_file_name(const std::string& ending);

  /// A group of processes that must not outlive this one; `forget` it before its number can be anybody else's.
  /// Thread-safe.
  void watch(pid_t group) { say("watch ", group); }
  void forget(pid_t group) { say("forget ", group); }

 private:
  void say(std::string_view verb, pid_t group);

  std::filesystem::path directory_;
  std::atomic<unsigned long> num_files_ = 0;
  std::mutex mutex_;
  Descriptor input_;
  pid_t id_ = -1;
};

/// A file that is removed with its owner, if somebody has made it.
class ScratchFile {
 public:
  explicit ScratchFile(std::filesystem::path path) : path_(std::move(path)) {}
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace forerun
