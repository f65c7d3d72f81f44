#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/state.h"
#include "learning/files/tensor_header.h"

namespace forerun {

class FileReader;

/// Named arrays and text in one file, in the safetensors layout that Python and others read:
///
///   bytes 0–7      header length L, little-endian
///   bytes 8–8+L    JSON header (tensor_header.h), padded with blanks so that the data begin at a multiple of 64
///   then           the tensors' elements, little-endian, one tensor after the other
///
/// Tensors are in C order. Matrices here are in column-major order with one sample per column, so a matrix of r rows
/// and c columns is stored, without moving a byte, as a tensor of shape [c, r]: samples are *rows* in Python.
///
/// Integrity: metadata "xxh3_128" is the XXH3-128 digest (32 lower-case hexadecimal digits) of the whole file with
/// these 32 digits replaced by zeros. It finds damage, not malice: anyone can compute it.

/// Collects arrays by reference and writes them in the order of their names; the caller keeps them alive.
class TensorFileWriter {
 public:
  void set_metadata(const std::string& key, const std::string& value) { metadata_[key] = value; }
  void add_matrix(const std::string& name, const StatesView& matrix);
  void add_vector(const std::string& name, const StateView& vector);
  void add_integers(const std::string& name, const std::vector<Index>& integers);

  /// Atomic. Cost: two passes over the data. Throws `FileError`, and std::invalid_argument where metadata are not UTF-8
  /// or make the header larger than a reader would accept.
  void write(const std::filesystem::path& path) const;

 private:
  struct Tensor {
    TensorType type;
    std::vector<std::uint64_t> shape;
    const void* data;
  };
  void add(const std::string& name, Tensor tensor);

  std::map<std::string, std::string> metadata_;
  std::map<std::string, Tensor> tensors_;
};

/// A file that has been read as a whole and found intact. Immutable, hence thread-safe.
///
/// The constructor throws `FileError` where the file cannot be read, `ModelFileError` for anything that is not exactly
/// such a file (truncated, bytes behind the end, a forged or damaged header, a digest that does not match). Memory: the
/// file's size plus a header of at most 1 MiB and its parts, whatever the file says.
class TensorFile {
 public:
  explicit TensorFile(const std::filesystem::path& path);

  /// Text of a metadata key. A missing one, like every missing or wrongly shaped tensor, is a `ModelFileError`.
  const std::string& text(const std::string& key) const;
  /// The metadata whose keys begin with `prefix`, without it.
  std::map<std::string, std::string> texts_with_prefix(const std::string& prefix) const;

  bool has_tensor(const std::string& name) const { return header_.tensors.contains(name); }
  /// Views into the file's content; they live as long as it does.
  Eigen::Map<const States> matrix(const std::string& name) const;
  Eigen::Map<const State> vector(const std::string& name) const;
  std::vector<Index> integers(const std::string& name) const;

  /// Throws `ModelFileError`: the file's name and `sentence`.
  [[noreturn]] void refuse(const std::string& sentence) const;

 private:
  std::string read_frame(FileReader& reader) const;
  void check_digest(std::string framed, std::uint64_t num_data_bytes) const;
  const TensorEntry& entry(const std::string& name, TensorType type, std::size_t num_dimensions) const;

  std::filesystem::path path_;
  TensorHeader header_;
  std::unique_ptr<std::byte[]> data_;
};

}  // namespace forerun
