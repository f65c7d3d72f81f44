// States from .csv and .npy.

#include <cmath>
#include <cstdint>
#include <vector>

#include "core/files/array_file.h"
#include "core/files/npy_file.h"
#include "tests/core/temporary_directory.h"
#include "tests/fuzz/file_readers.h"

namespace forerun::fuzz {
namespace {

const TemporaryDirectory& directory() {
  static const TemporaryDirectory made;
  return made;
}

void require_finite(const State& state) {
  if (state.size() == 0 || !state.allFinite()) throw BrokenContract("a state that is empty or not finite was accepted");
}

void read_csv(const std::string& bytes) {
  const std::filesystem::path file = directory() / "state.csv";
  write_bytes(file, bytes);
  expect_value_or_refusal<FileError>([&] { require_finite(read_state_file(file)); });
}

/// What is read as a matrix is written and read again: the same numbers.
void read_matrix(const std::filesystem::path& file) {
  const States states = read_npy_matrix(file);
  write_npy(directory() / "again.npy", states);
  const States again = read_npy_matrix(directory() / "again.npy");
  const bool same = states.rows() == again.rows() && states.cols() == again.cols() &&
                    (states.array() == again.array() || (states.array() != states.array())).all();
  if (!same) throw BrokenContract("a matrix that was written is read as another");
}

void read_npy_file(const std::string& bytes) {
  const std::filesystem::path file = directory() / "state.npy";
  write_bytes(file, bytes);
  expect_value_or_refusal<FileError>([&] { require_finite(read_state_file(file)); });
  expect_value_or_refusal<FileError>([&] { read_matrix(file); });
}

std::string npy_bytes(const std::string& header, const std::vector<double>& data, char version) {
  std::string bytes = std::string("\x93NUMPY") + version + '\0';
  const std::uint64_t length = header.size();
  bytes.append(reinterpret_cast<const char*>(&length), version == 1 ? 2 : 4);
  bytes += header;
  return bytes.append(reinterpret_cast<const char*>(data.data()), data.size() * sizeof(double));
}

std::vector<std::string> npy_seeds() {
  const std::string start = "{'descr': '<f8', 'fortran_order': ";
  return {npy_bytes(start + "False, 'shape': (2, 3), }\n", {1, -2.5, 3e300, 4, 5e-324, 6}, 1),
          npy_bytes(start + "True, 'shape': (3, 1, 2), }\n", {1, 2, 3, 4, 5, 6}, 2),
          npy_bytes(start + "True, 'shape': (2, 2), }\n", {1, 2, std::nan(""), 4}, 3),
          npy_bytes("{\"shape\":(),'fortran_order':False,'descr':'<f8'}", {7}, 1),
          npy_bytes(start + "False, 'shape': (4611686018427387904, 4), }\n", {1}, 1)};
}

std::vector<std::string> csv_seeds() {
  return {"1,2,3\n4,5,6\n", "# a comment\n\n 1.5e-3 \t -2 # another\r\n+3, .5 ,4.\n5", "0.1,5e-324,1e400\n",
          "1.7976931348623157e308,-0.0,inf\n", "1,,2\n"};
}

}  // namespace

Reader csv_reader() { return {"csv", csv_seeds, read_csv}; }
Reader npy_reader() { return {"npy", npy_seeds, read_npy_file}; }

}  // namespace forerun::fuzz
