#pragma once

#include <filesystem>
#include <fstream>

#include "apps/forerun/cli/options.h"

namespace forerun {

/// The file that --log names, to which lines are appended.
class LogFile {
 public:
  /// Throws `UsageError` where another option or argument names the same file, and `FileError` where it cannot be
  /// opened.
  explicit LogFile(const ParsedOptions& options);
  /// A file that is new and that nothing was said in goes again.
  ~LogFile();
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  std::ostream& stream() { return stream_; }
  /// Throws `FileError` where not all could be written.
  void finish();

 private:
  std::filesystem::path path_;
  bool is_new_ = false;
  std::ofstream stream_;
};

}  // namespace forerun
