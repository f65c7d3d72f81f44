#include "learning/files/tensor_header.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "learning/files/json_syntax.h"

namespace forerun {
namespace {

using Json = nlohmann::json;

constexpr const char* metadata_key = "__metadata__";
constexpr std::pair<const char*, TensorType> type_names[] = {{"F64", TensorType::float64}, {"I64", TensorType::int64}};

[[noreturn]] void refuse(const std::string& sentence) { throw ModelFileError(sentence); }
[[noreturn]] void refuse_tensor(const std::string& name, const std::string& sentence) {
  refuse("tensor '" + name + "' " + sentence);
}

Json parse_json(std::string_view text) {
  constexpr int deepest = 3;  // header, tensor, shape
  try {
    check_json(text, deepest);
  } catch (const std::invalid_argument& error) {
    refuse(std::string("its header ") + error.what());
  }
  return Json::parse(text);
}

std::vector<std::uint64_t> parse_sizes(const std::string& name, const Json& json) {
  if (!json.is_array()) refuse_tensor(name, "has a shape or offsets that are not a list");
  std::vector<std::uint64_t> sizes;
  for (const Json& size : json) {
    if (!size.is_number_unsigned()) refuse_tensor(name, "has a size or offset that is not an integer ≥ 0");
    sizes.push_back(size.get<std::uint64_t>());
  }
  return sizes;
}

TensorType parse_type(const std::string& name, const Json& json) {
  for (const auto& [type_name, type] : type_names) {
    if (json == type_name) return type;
  }
  refuse_tensor(name, "has another dtype than F64 or I64");
}

/// The elements must fill [begin, end) exactly; no product is formed that could overflow.
void check_extent(const std::string& name, const TensorEntry& entry, std::uint64_t num_data_bytes) {
  constexpr auto largest_size = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (entry.begin > entry.end || entry.end > num_data_bytes) refuse_tensor(name, "lies outside of the file");
  if (entry.begin % tensor_element_size != 0) refuse_tensor(name, "is not aligned to its elements");
  const std::uint64_t num_bytes = entry.end - entry.begin;
  const bool is_empty = std::find(entry.shape.begin(), entry.shape.end(), std::uint64_t{0}) != entry.shape.end();
  std::uint64_t expected_bytes = is_empty ? 0 : tensor_element_size;
  for (const std::uint64_t size : entry.shape) {
    if (size > largest_size) refuse_tensor(name, "has an impossible shape");
    if (!is_empty && size > num_bytes / expected_bytes) refuse_tensor(name, "has a shape larger than its data");
    expected_bytes *= size;
  }
  if (expected_bytes != num_bytes) refuse_tensor(name, "has a shape that does not match its data");
}

TensorEntry parse_tensor(const std::string& name, const Json& json, std::uint64_t num_data_bytes) {
  const bool has_fields = json.is_object() && json.size() == 3 && json.contains("dtype") && json.contains("shape") &&
                          json.contains("data_offsets");
  if (!has_fields) refuse_tensor(name, "is not described by exactly dtype, shape and data_offsets");
  const std::vector<std::uint64_t> offsets = parse_sizes(name, json.at("data_offsets"));
  if (offsets.size() != 2) refuse_tensor(name, "does not have two data_offsets");
  const TensorEntry entry{parse_type(name, json.at("dtype")), parse_sizes(name, json.at("shape")), offsets[0],
                          offsets[1]};
  check_extent(name, entry, num_data_bytes);
  return entry;
}

/// Data must follow one another from the first byte to the last.
void check_coverage(const TensorHeader& header, std::uint64_t num_data_bytes) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> extents;
  for (const auto& [name, entry] : header.tensors) extents.emplace_back(entry.begin, entry.end);
  std::sort(extents.begin(), extents.end());
  std::uint64_t covered = 0;
  for (const auto& [begin, end] : extents) {
    if (begin < covered) refuse("its tensors overlap");
    if (begin > covered) refuse("there is a hole between its tensors");
    covered = end;
  }
  if (covered != num_data_bytes) refuse("bytes follow its last tensor");
}

}  // namespace

std::string format_tensor_header(const TensorHeader& header) {
  Json json = Json::object();
  json[metadata_key] = header.metadata;
  for (const auto& [name, entry] : header.tensors) {
    const auto* type_name =
        std::find_if(std::begin(type_names), std::end(type_names),
                     [type = entry.type](const auto& candidate) { return candidate.second == type; });
    json[name] = {{"dtype", type_name->first}, {"shape", entry.shape}, {"data_offsets", {entry.begin, entry.end}}};
  }
  try {
    return json.dump();
  } catch (const Json::exception& error) {
    throw std::invalid_argument(std::string("metadata cannot be written as JSON: ") + error.what());
  }
}

TensorHeader parse_tensor_header(std::string_view text, std::uint64_t num_data_bytes) {
  if (!text.starts_with('{')) refuse("its header is not a JSON object");
  const Json json = parse_json(text);
  TensorHeader header;
  for (const auto& [name, value] : json.items()) {
    if (name != metadata_key) {
      header.tensors.emplace(name, parse_tensor(name, value, num_data_bytes));
      continue;
    }
    if (!value.is_object()) refuse("its metadata are not a JSON object");
    for (const auto& [key, text_value] : value.items()) {
      if (!text_value.is_string()) refuse("its metadata hold something that is not a string: '" + key + "'");
      header.metadata.emplace(key, text_value.get<std::string>());
    }
  }
  check_coverage(header, num_data_bytes);
  return header;
}

}  // namespace forerun
