#pragma once

#include <filesystem>

namespace forerun {

/// Holds a lock file for as long as it lives; other processes, and other locks of this one, wait. The system lets go of
/// it when the process ends, however it ends. Throws `FileError` where the file cannot be made or locked.
class DirectoryLock {
 public:
  enum class Wait { yes, no };
  /// With `Wait::no` throws `FileError` at once if somebody else holds it.
  explicit DirectoryLock(const std::filesystem::path& file, Wait wait = Wait::yes);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace forerun
