#include "apps/forerun/record/json_file.h"

#include <cmath>

#include "core/files/read_file.h"
#include "learning/files/json_syntax.h"

namespace forerun {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void refuse(const std::string& name, const Json& value, const std::string& rule) {
  throw std::invalid_argument("has '" + name + "' = " + excerpt(value) + ": must be " + rule);
}

std::string checked_text(const Json& value, const std::string& name) {
  if (!value.is_string()) refuse(name, value, "a string");
  return value.get<std::string>();
}

double checked_number(const Json& value, const std::string& name) {
  if (value.is_null()) return std::nan("");
  if (!value.is_number()) refuse(name, value, "a number or null");
  return value.get<double>();
}

Index integer_of(const Json& value, const std::string& name, Index minimum, Index maximum) {
  // An integer beyond the signed ones would come back negative.
  const bool fits = value.is_number_integer() &&
                    (!value.is_number_unsigned() || value.get<std::uint64_t>() <= static_cast<std::uint64_t>(maximum));
  if (fits && value.get<Index>() >= minimum && value.get<Index>() <= maximum) return value.get<Index>();
  refuse(name, value, "an integer from " + std::to_string(minimum) + " to " + std::to_string(maximum));
}

/// read(value, "name[k]") of all values of an array.
template <class Read>
auto read_all(const Json& object, const char* name, const Read& read) {
  std::vector<decltype(read(object, std::string()))> values;
  for (const Json& value : json_array(object, name)) {
    values.push_back(read(value, name + ("[" + std::to_string(values.size()) + "]")));
  }
  return values;
}

}  // namespace

std::string json_page(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

std::string excerpt(const Json& json) {
  constexpr std::size_t longest = 60;
  std::string text = json.dump(-1, ' ', true);  // in ASCII, which can be cut anywhere
  if (text.size() > longest) text = text.substr(0, longest) + " …";
  return text;
}

const Json& json_member(const Json& object, const char* name) {
  if (!object.is_object()) {
    throw std::invalid_argument("has " + excerpt(object) + " where an object with '" + name + "' is expected");
  }
  const auto found = object.find(name);
  if (found == object.end()) throw std::invalid_argument("has no '" + std::string(name) + "'");
  return *found;
}

const Json& json_array(const Json& object, const char* name) {
  const Json& value = json_member(object, name);
  if (!value.is_array()) refuse(name, value, "an array");
  return value;
}

std::string json_text(const Json& object, const char* name) { return checked_text(json_member(object, name), name); }

bool json_flag(const Json& object, const char* name) {
  const Json& value = json_member(object, name);
  if (!value.is_boolean()) refuse(name, value, "true or false");
  return value.get<bool>();
}

Index json_integer(const Json& object, const char* name, Index minimum, Index maximum) {
  return integer_of(json_member(object, name), name, minimum, maximum);
}

double json_number(const Json& object, const char* name) { return checked_number(json_member(object, name), name); }

std::optional<double> optional_json_number(const Json& object, const char* name) {
  const double value = json_number(object, name);
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

double json_seconds(const Json& object, const char* name) {
  const Json& value = json_member(object, name);
  if (!value.is_number() || !(value.get<double>() >= 0.0)) refuse(name, value, "a number ≥ 0");
  return value.get<double>();
}

std::vector<double> json_numbers(const Json& object, const char* name) {
  return read_all(object, name, checked_number);
}

std::vector<std::string> json_texts(const Json& object, const char* name) {
  return read_all(object, name, checked_text);
}

std::vector<Index> json_integers(const Json& object, const char* name, Index minimum, Index maximum) {
  return read_all(object, name, [&](const Json& value, const std::string& place) {
    return integer_of(value, place, minimum, maximum);
  });
}

void require_schema(const Json& json, const std::string& schema) {
  if (json_text(json, "schema") != schema) refuse("schema", json_member(json, "schema"), schema);
}

Json parse_json_file(const std::filesystem::path& path) {
  constexpr int deepest = 32;
  const std::string text = read_file(path);
  try {
    check_json(text, deepest);
  } catch (const std::invalid_argument& error) {
    throw FileError(path.string() + ": " + error.what());
  }
  return Json::parse(text);
}

}  // namespace forerun
