#pragma once

#include <filesystem>
#include <string>

#include "core/base/state.h"

namespace forerun {

/// Reads a NumPy array of little-endian doubles (`<f8`), format versions 1 to 3, C or Fortran order, any shape,
/// flattened in row-major order (`array.ravel()`).
/// Cost O(file size); memory at most three times the file's size, whatever its header says.
/// Throws `FileError` naming the file and what is wrong: not this format, a header that is not exactly the documented
/// dictionary, another type, a shape that does not match the bytes that follow, no or non-finite numbers.
/// Source: numpy.lib.format, "Format Version 1.0" to "3.0".
State read_npy(const std::filesystem::path& path);

/// The same of a two-dimensional array, as a matrix. Numbers need not be finite: what a run that failed has left
/// behind is not.
States read_npy_matrix(const std::filesystem::path& path);

/// A file's bytes that hold `state` as an array of shape (size,), format version 1.0: `numpy.load` gives it back.
std::string npy_bytes(const StateView& state);

/// What stands before the numbers of a file as `write_npy` makes them: number (i, j) follows 8 (i + rows · j) bytes
/// behind it.
std::string npy_header(Index rows, Index columns);

/// Writes `states` as a 2-D array of shape (rows, columns) in Fortran order, format version 1.0, data 64-byte aligned:
/// in Python `numpy.load(path)[:, n]` is column n. The file is written atomically; throws `FileError`.
void write_npy(const std::filesystem::path& path, const StatesView& states);

}  // namespace forerun
