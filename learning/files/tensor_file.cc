#include "learning/files/tensor_file.h"

#include <bit>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "core/files/atomic_file.h"
#include "core/files/digest.h"
#include "core/files/read_file.h"

namespace forerun {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie in memory");
static_assert(sizeof(double) == tensor_element_size && sizeof(Index) == tensor_element_size);

constexpr std::size_t length_size = sizeof(std::uint64_t);
constexpr std::uint64_t data_alignment = 64;
constexpr const char* digest_key = "xxh3_128";
constexpr std::string_view digest_zeros = "00000000000000000000000000000000";

/// The length bytes and the header, as they stand in the file before the data.
std::string frame(const std::string& header) {
  const std::uint64_t length = header.size();
  std::string framed(length_size, '\0');
  std::memcpy(framed.data(), &length, length_size);
  return framed + header;
}

/// Where the digest's digits begin, or npos. Quotes within JSON text are escaped, so nothing but the key itself reads
/// like this.
std::size_t find_digest(std::string_view header, std::string_view digits) {
  const std::string before = std::string("\"") + digest_key + "\":\"";
  const std::size_t position = header.find(before + std::string(digits) + "\"");
  return position == std::string_view::npos ? position : position + before.size();
}

}  // namespace

void TensorFileWriter::add_matrix(const std::string& name, const StatesView& matrix) {
  if (matrix.outerStride() != matrix.rows() && matrix.cols() > 1) {
    throw std::invalid_argument("matrix '" + name + "' is not contiguous");
  }
  add(name, {TensorType::float64,
             {static_cast<std::uint64_t>(matrix.cols()), static_cast<std::uint64_t>(matrix.rows())},
             matrix.data()});
}

void TensorFileWriter::add_vector(const std::string& name, const StateView& vector) {
  add(name, {TensorType::float64, {static_cast<std::uint64_t>(vector.size())}, vector.data()});
}

void TensorFileWriter::add_integers(const std::string& name, const std::vector<Index>& integers) {
  add(name, {TensorType::int64, {integers.size()}, integers.data()});
}

void TensorFileWriter::add(const std::string& name, Tensor tensor) {
  if (!tensors_.emplace(name, std::move(tensor)).second)
    throw std::invalid_argument("tensor '" + name + "' added twice");
}

void TensorFileWriter::write(const std::filesystem::path& path) const {
  TensorHeader header{metadata_, {}};
  header.metadata[digest_key] = digest_zeros;
  std::uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors_) {
    std::uint64_t num_bytes = tensor_element_size;
    for (const std::uint64_t size : tensor.shape) num_bytes *= size;
    header.tensors[name] = {tensor.type, tensor.shape, offset, offset + num_bytes};
    offset += num_bytes;
  }
  std::string text = format_tensor_header(header);
  const std::uint64_t misalignment = (length_size + text.size()) % data_alignment;
  text.append((data_alignment - misalignment) % data_alignment, ' ');
  if (text.size() > max_tensor_header_size) throw std::invalid_argument("metadata are too large for a tensor file");

  std::string framed = frame(text);
  Digest digest;
  digest.add(framed.data(), framed.size());
  for (const auto& [name, tensor] : tensors_)
    digest.add(tensor.data, header.tensors.at(name).size() * tensor_element_size);
  framed.replace(find_digest(framed, digest_zeros), digest_zeros.size(), digest.value().hexadecimal());
  write_file_atomically(path, [&](std::ostream& stream) {
    stream << framed;
    for (const auto& [name, tensor] : tensors_) {
      stream.write(static_cast<const char*>(tensor.data),
                   static_cast<std::streamsize>(header.tensors.at(name).size() * tensor_element_size));
    }
  });
}

TensorFile::TensorFile(const std::filesystem::path& path) : path_(path) {
  FileReader reader(path);
  const std::string framed = read_frame(reader);
  const std::uint64_t num_data_bytes = reader.size() - framed.size();
  try {
    header_ = parse_tensor_header(std::string_view(framed).substr(length_size), num_data_bytes);
  } catch (const ModelFileError& error) {
    refuse(error.what());
  }
  data_ = std::make_unique_for_overwrite<std::byte[]>(num_data_bytes);
  reader.read(data_.get(), num_data_bytes);
  check_digest(framed, num_data_bytes);
}

/// The length bytes and the header; refused before anything is allocated that the file does not justify.
std::string TensorFile::read_frame(FileReader& reader) const {
  std::uint64_t length = 0;
  if (reader.size() < length_size) refuse("is truncated: not even a header length");
  reader.read(&length, length_size);
  if (length > max_tensor_header_size)
    refuse("is not a model file: its header would be " + std::to_string(length) + " bytes long");
  if (length > reader.size() - length_size) refuse("is truncated within its header");
  std::string header(length, '\0');
  reader.read(header.data(), header.size());
  return frame(header);
}

void TensorFile::check_digest(std::string framed, std::uint64_t num_data_bytes) const {
  const std::string& stated = text(digest_key);
  const std::size_t position = find_digest(framed, stated);
  if (stated.size() != digest_zeros.size() || position == std::string::npos) refuse("states no readable digest");
  framed.replace(position, digest_zeros.size(), digest_zeros);
  Digest digest;
  digest.add(framed.data(), framed.size());
  digest.add(data_.get(), num_data_bytes);
  if (digest.value().hexadecimal() != stated) refuse("is damaged: its digest does not match");
}

const std::string& TensorFile::text(const std::string& key) const {
  const auto found = header_.metadata.find(key);
  if (found == header_.metadata.end()) refuse("lacks the metadata '" + key + "'");
  return found->second;
}

std::map<std::string, std::string> TensorFile::texts_with_prefix(const std::string& prefix) const {
  std::map<std::string, std::string> texts;
  for (auto it = header_.metadata.lower_bound(prefix); it != header_.metadata.end() && it->first.starts_with(prefix);
       ++it) {
    texts.emplace(it->first.substr(prefix.size()), it->second);
  }
  return texts;
}

Eigen::Map<const States> TensorFile::matrix(const std::string& name) const {
  const TensorEntry& found = entry(name, TensorType::float64, 2);
  return {reinterpret_cast<const double*>(data_.get() + found.begin), static_cast<Index>(found.shape[1]),
          static_cast<Index>(found.shape[0])};
}

Eigen::Map<const State> TensorFile::vector(const std::string& name) const {
  const TensorEntry& found = entry(name, TensorType::float64, 1);
  return {reinterpret_cast<const double*>(data_.get() + found.begin), static_cast<Index>(found.shape[0])};
}

std::vector<Index> TensorFile::integers(const std::string& name) const {
  const TensorEntry& found = entry(name, TensorType::int64, 1);
  std::vector<Index> integers(found.shape[0]);
  if (!integers.empty()) std::memcpy(integers.data(), data_.get() + found.begin, found.end - found.begin);
  return integers;
}

const TensorEntry& TensorFile::entry(const std::string& name, TensorType type, std::size_t num_dimensions) const {
  const auto found = header_.tensors.find(name);
  if (found == header_.tensors.end()) refuse("lacks the tensor '" + name + "'");
  if (found->second.type != type) refuse("has the tensor '" + name + "' with another element type");
  if (found->second.shape.size() != num_dimensions)
    refuse("has the tensor '" + name + "' with another number of dimensions");
  return found->second;
}

void TensorFile::refuse(const std::string& sentence) const { throw ModelFileError(path_.string() + ": " + sentence); }

}  // namespace forerun
