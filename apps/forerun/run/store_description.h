#pragma once

#include <filesystem>
#include <string>

namespace forerun {

/// What `forerun inspect STORE` says: the family, the runs with their counts, and what the network was made from and
/// how well it predicts. Every file is checked. Throws `FileError`, `ModelFileError`.
std::string store_description(const std::filesystem::path& directory, bool as_json);

}  // namespace forerun
