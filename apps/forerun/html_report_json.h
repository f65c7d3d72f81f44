#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "core/errors.h"
#include "core/read_file.h"

namespace forerun {

/// A number; NaN for null, which stands for what was not measured or not finite. Throws std::invalid_argument.
double json_number(const nlohmann::ordered_json& json);
/// nullopt for null.
std::optional<double> optional_json_number(const nlohmann::ordered_json& json);

/// The file as JSON, not nested deeper than records are. Throws `FileError`, std::invalid_argument,
/// nlohmann::json::exception.
nlohmann::ordered_json parse_json_file(const std::filesystem::path& path);

/// read(the file's JSON); complaints, those of `read` included, become `FileError` with the file's name.
template <class Read>
auto read_json_file(const std::filesystem::path& path, const Read& read) {
  try {
    return read(parse_json_file(path));
  } catch (const nlohmann::json::exception& error) {
    throw FileError(path.string() + ": is not the record of a run: " + error.what());
  } catch (const std::invalid_argument& error) {
    throw FileError(path.string() + ": " + error.what());
  }
}

}  // namespace forerun
