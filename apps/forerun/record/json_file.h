#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/base/errors.h"
#include "core/base/state.h"

namespace forerun {

/// The text of a JSON file: indented by two, with an end of line; bytes that are no UTF-8 become U+FFFD.
std::string json_page(const nlohmann::ordered_json& json);

/// What is read of a JSON file that nothing may be believed of. All functions below but the last two throw
/// std::invalid_argument with the end of a sentence that begins with the file's name: "has no 'seed'",
/// "has 'seed' = -1: must be an integer from 0 to 9".

/// The value as JSON, cut where it is long.
std::string excerpt(const nlohmann::ordered_json& json);

const nlohmann::ordered_json& json_member(const nlohmann::ordered_json& object, const char* name);
const nlohmann::ordered_json& json_array(const nlohmann::ordered_json& object, const char* name);
std::string json_text(const nlohmann::ordered_json& object, const char* name);
bool json_flag(const nlohmann::ordered_json& object, const char* name);
Index json_integer(const nlohmann::ordered_json& object, const char* name, Index minimum, Index maximum);
/// NaN for null, which stands for what was not measured or not finite.
double json_number(const nlohmann::ordered_json& object, const char* name);
/// nullopt for null.
std::optional<double> optional_json_number(const nlohmann::ordered_json& object, const char* name);
/// A finite number ≥ 0, as times are.
double json_seconds(const nlohmann::ordered_json& object, const char* name);
std::vector<double> json_numbers(const nlohmann::ordered_json& object, const char* name);
std::vector<std::string> json_texts(const nlohmann::ordered_json& object, const char* name);
std::vector<Index> json_integers(const nlohmann::ordered_json& object, const char* name, Index minimum, Index maximum);

void require_schema(const nlohmann::ordered_json& json, const std::string& schema);

/// The file as JSON (learning/files/json_syntax.h), not nested deeper than records are: what is read recursively must
/// end. Throws `FileError` with the file's name.
nlohmann::ordered_json parse_json_file(const std::filesystem::path& path);

/// read(the file's JSON); its complaints, std::invalid_argument, become `FileError` with the file's name.
template <class Read>
auto read_json_file(const std::filesystem::path& path, const Read& read) {
  const nlohmann::ordered_json json = parse_json_file(path);
  try {
    return read(json);
  } catch (const std::invalid_argument& error) {
    throw FileError(path.string() + ": " + error.what());
  }
}

}  // namespace forerun
