#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace forerun {

/// Reads a regular file from its beginning, piece by piece.
///
/// Only regular files: a device or a pipe has no size to allocate by, and may never end.
/// Throws `FileError` naming the file and the reason: missing, a directory or a device, not readable, shorter than it
/// was when it was opened.
class FileReader {
 public:
  explicit FileReader(const std::filesystem::path& path);

  /// Bytes of the whole file when it was opened.
  std::uint64_t size() const { return size_; }
  /// What is read next begins at this byte.
  void skip_to(std::uint64_t offset) { stream_.seekg(static_cast<std::streamoff>(offset)); }
  /// The next `count` bytes.
  void read(void* bytes, std::size_t count);

 private:
  std::filesystem::path path_;
  std::uint64_t size_ = 0;
  std::ifstream stream_;
};

/// The whole content of a regular file. Memory: the file's size. Throws as `FileReader`.
std::string read_file(const std::filesystem::path& path);

}  // namespace forerun
