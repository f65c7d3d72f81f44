#include "core/files/npy_file.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/errors.h"
#include "core/files/atomic_file.h"
#include "core/files/read_file.h"

namespace forerun {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie in memory");

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t prefix_size = 8;  // magic and two version bytes

struct NpyHeader {
  bool fortran_order = false;
  std::vector<std::size_t> shape;
};

/// Reads the header's Python dictionary, of which exactly the three documented keys are known. Errors are sentences;
/// the caller knows the file.
class NpyHeaderParser {
 public:
  explicit NpyHeaderParser(std::string_view text) : rest_(text) {}

  NpyHeader parse() {
    expect('{');
    while (!accept('}')) {
      parse_entry();
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_blanks();
    if (!rest_.empty()) throw std::invalid_argument("the header does not end after its dictionary");
    if (seen_.size() != 3) throw std::invalid_argument("the header lacks one of descr, fortran_order, shape");
    return header_;
  }

 private:
  void parse_entry() {
    const std::string key = parse_string();
    if (!seen_.insert(key).second) throw std::invalid_argument("the header names '" + key + "' twice");
    expect(':');
    if (key == "descr") {
      const std::string type = parse_string();
      if (type != "<f8") throw std::invalid_argument("its numbers are of type '" + type + "', not '<f8'");
    } else if (key == "fortran_order") {
      header_.fortran_order = parse_bool();
    } else if (key == "shape") {
      parse_shape();
    } else {
      throw std::invalid_argument("the header has an unknown key '" + key + "'");
    }
  }

  std::string parse_string() {
    skip_blanks();
    const char quote = rest_.empty() ? '\0' : rest_.front();
    const std::size_t end = rest_.find(quote, 1);
    if ((quote != '\'' && quote != '"') || end == std::string_view::npos) malformed("a string");
    const std::string text(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return text;
  }

  bool parse_bool() {
    skip_blanks();
    for (const std::string_view word : {"True", "False"}) {
      if (!rest_.starts_with(word)) continue;
      rest_.remove_prefix(word.size());
      return word == "True";
    }
    malformed("True or False");
  }

  void parse_shape() {
    constexpr std::size_t most_dimensions = 32;  // NumPy's own limit
    expect('(');
    while (!accept(')')) {
      if (header_.shape.size() == most_dimensions) throw std::invalid_argument("the shape has too many dimensions");
      header_.shape.push_back(parse_size());
      if (accept(')')) {
        if (header_.shape.size() == 1) malformed("a comma");  // (3) is a number in Python, not a shape
        break;
      }
      expect(',');
    }
  }

  std::size_t parse_size() {
    skip_blanks();
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), size);
    if (error == std::errc::result_out_of_range) throw std::invalid_argument("the shape is too large");
    if (error != std::errc()) malformed("a size");
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return size;
  }

  bool accept(char letter) {
    skip_blanks();
    if (rest_.empty() || rest_.front() != letter) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char letter) {
    if (!accept(letter)) malformed(std::string("'") + letter + "'");
  }

  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size())); }

  [[noreturn]] static void malformed(const std::string& expected) {
    throw std::invalid_argument("the header is malformed: expected " + expected);
  }

  std::string_view rest_;
  NpyHeader header_;
  std::set<std::string> seen_;
};

/// Product of `shape`, if that many doubles are exactly `num_bytes`; no product is formed that could overflow.
std::size_t count_values(const std::vector<std::size_t>& shape, std::size_t num_bytes) {
  std::size_t count = 1;
  // With a size of zero among them all others are meaningless, so that is looked for first.
  if (std::find(shape.begin(), shape.end(), std::size_t{0}) != shape.end()) count = 0;
  for (const std::size_t size : shape) {
    if (count > 0 && size > num_bytes / sizeof(double) / count) {
      throw std::invalid_argument("its shape needs more than the " + std::to_string(num_bytes) + " bytes that follow");
    }
    count *= size;
  }
  if (count * sizeof(double) != num_bytes) {
    throw std::invalid_argument("its shape needs " + std::to_string(count * sizeof(double)) + " bytes, but " +
                                std::to_string(num_bytes) + " follow");
  }
  return count;
}

/// Row-major sequence of an array stored in column-major order: the last index runs fastest in `result`.
State flatten_fortran(const State& stored, const std::vector<std::size_t>& shape) {
  std::vector<std::size_t> strides(shape.size(), 1);
  for (std::size_t axis = 1; axis < shape.size(); ++axis) strides[axis] = strides[axis - 1] * shape[axis - 1];
  std::vector<std::size_t> index(shape.size(), 0);
  State result(stored.size());
  std::size_t position = 0;
  for (double& value : result) {
    value = stored[static_cast<Index>(position)];
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      position += strides[axis];
      if (++index[axis] < shape[axis]) break;
      position -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}

/// The header's text and, after it, the data. Its length has two bytes in version 1 and four since.
std::pair<std::string_view, std::string_view> split(std::string_view content) {
  if (!content.starts_with(magic) || content.size() < prefix_size) throw std::invalid_argument("not a NumPy array");
  const int version = content[6];
  if (version < 1 || version > 3 || content[7] != 0) throw std::invalid_argument("not of format version 1.0 to 3.0");
  const std::size_t length_size = version == 1 ? 2 : 4;
  const std::size_t header_begin = prefix_size + length_size;
  if (content.size() < header_begin) throw std::invalid_argument("truncated within its header");
  std::size_t length = 0;
  std::memcpy(&length, content.data() + prefix_size, length_size);
  if (length > content.size() - header_begin) throw std::invalid_argument("truncated within its header");
  return {content.substr(header_begin, length), content.substr(header_begin + length)};
}

/// An array as it is stored.
struct NpyArray {
  NpyHeader header;
  State values;
};

NpyArray decode(std::string_view content) {
  const auto [header_text, data] = split(content);
  NpyHeader header = NpyHeaderParser(header_text).parse();
  const std::size_t count = count_values(header.shape, data.size());
  if (count == 0) throw std::invalid_argument("holds no numbers");
  State values(static_cast<Index>(count));
  std::memcpy(values.data(), data.data(), data.size());
  return {std::move(header), std::move(values)};
}

State decode_state(std::string_view content) {
  const auto [header, values] = decode(content);
  for (Index i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) throw std::invalid_argument("value " + std::to_string(i) + " is not finite");
  }
  return header.fortran_order && header.shape.size() > 1 ? flatten_fortran(values, header.shape) : values;
}

States decode_matrix(std::string_view content) {
  const auto [header, values] = decode(content);
  if (header.shape.size() != 2) throw std::invalid_argument("is not a matrix");
  const auto rows = static_cast<Index>(header.shape[0]);
  const auto columns = static_cast<Index>(header.shape[1]);
  if (header.fortran_order) return values.reshaped(rows, columns);
  return values.reshaped<Eigen::RowMajor>(rows, columns);
}

/// All of a file of doubles that stands before its data, which is 64-byte aligned.
std::string preamble(const std::string& order_and_shape) {
  constexpr std::size_t alignment = 64;
  std::string header = "{'descr': '<f8', " + order_and_shape + ", }";
  const std::size_t unpadded = prefix_size + sizeof(std::uint16_t) + header.size() + 1;
  header.append((alignment - unpadded % alignment) % alignment, ' ').append("\n");
  const auto length = static_cast<std::uint16_t>(header.size());
  std::string bytes(magic);
  bytes.append({'\1', '\0'}).append(reinterpret_cast<const char*>(&length), sizeof(length));
  return bytes + header;
}

/// decode(content of the file), its complaints with the file's name.
template <class Decode>
auto read(const std::filesystem::path& path, const Decode& decode_content) {
  const std::string content = read_file(path);
  try {
    return decode_content(content);
  } catch (const std::invalid_argument& error) {
    throw FileError(path.string() + ": " + error.what());
  }
}

}  // namespace

State read_npy(const std::filesystem::path& path) { return read(path, decode_state); }

States read_npy_matrix(const std::filesystem::path& path) { return read(path, decode_matrix); }

std::string npy_bytes(const StateView& state) {
  std::string bytes = preamble("'fortran_order': False, 'shape': (" + std::to_string(state.size()) + ",)");
  bytes.append(reinterpret_cast<const char*>(state.data()), sizeof(double) * static_cast<std::size_t>(state.size()));
  return bytes;
}

std::string npy_header(Index rows, Index columns) {
  return preamble("'fortran_order': True, 'shape': (" + std::to_string(rows) + ", " + std::to_string(columns) + ")");
}

void write_npy(const std::filesystem::path& path, const StatesView& states) {
  const std::string header = npy_header(states.rows(), states.cols());
  write_file_atomically(path, [&](std::ostream& stream) {
    stream << header;
    for (Index n = 0; n < states.cols(); ++n) {
      stream.write(reinterpret_cast<const char*>(states.col(n).data()),
                   static_cast<std::streamsize>(sizeof(double)) * states.rows());
    }
  });
}

}  // namespace forerun
