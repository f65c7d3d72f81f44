#pragma once

#include <filesystem>

namespace forerun {

/// Throws `FileError` unless `path` may name a file to be written: its directory exists, and what stands there already,
/// if anything, is a regular file. Touches nothing.
void require_file_name(const std::filesystem::path& path);

/// Throws `FileError` unless, besides, the directory lets a file be made in it (tried, and removed again). Asked before
/// long work, so that its result is not lost for a typo.
void require_writable(const std::filesystem::path& path);

}  // namespace forerun
