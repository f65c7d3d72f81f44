#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <span>
#include <string_view>

namespace forerun {

/// Writes a file so that its name holds the old content or the whole new one, whatever happens in between: the content
/// goes to a temporary name in the same directory, is synced to disk and renamed.
/// Throws `FileError` naming the file and the system's reason; then the temporary file is gone and `path` is as it was.
void write_file_atomically(const std::filesystem::path& path, const std::function<void(std::ostream&)>& write);
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// A file that several processes write piece by piece and that appears whole under its name, or not at all. One makes
/// it, and publishes it when all pieces are there; until then it lies under a temporary name beside the place, and goes
/// with this object. Throws `FileError`, as above. Not thread-safe.
class FileInPieces {
 public:
  FileInPieces(const std::filesystem::path& path, std::uint64_t size);
  ~FileInPieces();
  FileInPieces(const FileInPieces&) = delete;
  FileInPieces& operator=(const FileInPieces&) = delete;

  /// For who writes pieces.
  const std::filesystem::path& temporary() const;
  void publish();

 private:
  class Inside;
  std::unique_ptr<Inside> inside_;
};

/// Bytes that belong at a place of a file.
struct FilePiece {
  std::uint64_t offset = 0;
  std::string_view bytes;
};

/// Writes pieces into a file that is there, and syncs it. Throws `FileError`, which names `path`.
void write_pieces(const std::filesystem::path& temporary, std::span<const FilePiece> pieces,
                  const std::filesystem::path& path);

/// Removes from a directory what processes that were killed have left of files they were writing. Nobody else may be
/// writing there. What cannot be removed stays.
void remove_unfinished_files(const std::filesystem::path& directory);

}  // namespace forerun
