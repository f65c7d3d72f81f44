#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace forerun {

// Files that this program alone reads: a kind of 16 characters, which ends with its version ("forerun solves 1"), a
// digest (digest.h) over kind and content, the content.

/// Writes the content, head and body, atomically (atomic_file.h). Throws `FileError`.
void write_sealed_file(const std::filesystem::path& path, std::string_view kind, std::string_view head,
                       std::string_view body = {});
/// The content, if not a bit of it has changed. Memory: the file's size. Throws `FileError`: unreadable, of another
/// kind or version, damaged.
std::string read_sealed_file(const std::filesystem::path& path, std::string_view kind);

}  // namespace forerun
