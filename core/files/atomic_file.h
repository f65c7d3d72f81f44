#pragma once

#include <filesystem>
#include <functional>
#include <ostream>
#include <string_view>

namespace forerun {

/// Writes a file so that its name holds the old content or the whole new one, whatever happens in between: the content
/// goes to a temporary name in the same directory, is synced to disk and renamed.
/// Throws `FileError` naming the file and the system's reason; then the temporary file is gone and `path` is as it was.
void write_file_atomically(const std::filesystem::path& path, const std::function<void(std::ostream&)>& write);
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// Removes from a directory what processes that were killed have left of files they were writing. Nobody else may be
/// writing there. What cannot be removed stays.
void remove_unfinished_files(const std::filesystem::path& directory);

}  // namespace forerun
