#pragma once

#include <filesystem>
#include <string_view>

namespace forerun {

/// A file that grows in place, for whoever follows it meanwhile (`tail -f`): each piece is there when `append` returns,
/// by one write, and nothing is ever renamed. What a power failure leaves of the latest pieces is not promised; see
/// atomic_file.h for that.
/// Throws `FileError` naming the file and the system's reason.
class AppendFile {
 public:
  /// Makes the file, or empties one that is there.
  explicit AppendFile(std::filesystem::path path);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  void append(std::string_view text);
  /// Returns when the content is on disk.
  void sync();

 private:
  [[noreturn]] void fail(int error) const;

  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace forerun
