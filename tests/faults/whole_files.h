#pragma once

#include <filesystem>

#include "core/files/npy_file.h"

namespace forerun::testing {

/// Throws `FileError` where a run directory's array is not whole: all are matrices but for the times.
inline void read_whole_npy(const std::filesystem::path& file) {
  if (file.filename() == "times.npy") {
    read_npy(file);
  } else {
    read_npy_matrix(file);
  }
}

}  // namespace forerun::testing
