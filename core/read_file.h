#pragma once

#include <filesystem>
#include <string>

namespace forerun {

/// The whole content of a regular file. Memory: the file's size.
/// Throws `FileError` naming the file and the reason: missing, a directory or a device, not readable, shrunk meanwhile.
std::string read_file(const std::filesystem::path& path);

}  // namespace forerun
