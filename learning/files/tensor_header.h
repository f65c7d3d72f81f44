#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace forerun {

/// A file does not hold a model that may be used: damaged, forged, of another kind, or for another problem.
class ModelFileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Element types, by their names in the file: "F64" and "I64", both eight bytes, little-endian.
enum class TensorType { float64, int64 };
inline constexpr std::uint64_t tensor_element_size = 8;

/// One entry of a header: `shape` in C order, the data at bytes [begin, end) behind the header.
struct TensorEntry {
  TensorType type = TensorType::float64;
  std::vector<std::uint64_t> shape;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  std::uint64_t size() const { return (end - begin) / tensor_element_size; }
};

/// The JSON header of a safetensors file:
///
///   {"__metadata__": {key: string, …}, name: {"dtype": "F64", "shape": [n, …], "data_offsets": [begin, end]}, …}
struct TensorHeader {
  std::map<std::string, std::string> metadata;
  std::map<std::string, TensorEntry> tensors;
};

/// Headers beyond this are refused, which bounds the memory that reading one takes.
inline constexpr std::uint64_t max_tensor_header_size = std::uint64_t{1} << 20;

/// Compact JSON; throws std::invalid_argument where a name or metadata is not UTF-8.
std::string format_tensor_header(const TensorHeader& header);

/// Reads a header for `num_data_bytes` of data and trusts none of it. Throws `ModelFileError` with a sentence (that
/// does not name the file) for: JSON that is malformed, not UTF-8, nested deeper than a header is, or names a key
/// twice; missing or unknown fields, wrong types; a shape that overflows or does not fit its offsets; data that
/// overlap, leave a hole, or do not end where the file does. Source: the format's specification in the README of
/// huggingface/safetensors.
TensorHeader parse_tensor_header(std::string_view text, std::uint64_t num_data_bytes);

}  // namespace forerun
