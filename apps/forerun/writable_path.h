#pragma once

#include <filesystem>

namespace forerun {

/// Throws `FileError` unless a file of this name could be written: its directory exists and lets a file be made in it
/// (tried, and removed again), and the name is not a directory's. Asked before long work, so that its result is not
/// lost for a typo.
void require_writable(const std::filesystem::path& path);

}  // namespace forerun
