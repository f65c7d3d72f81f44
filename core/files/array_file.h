#pragma once

#include <filesystem>

#include "core/base/state.h"

namespace forerun {

/// Reads a state from a file; the extension says the format. Arrays of any shape are flattened in row-major order.
///
///  * `.csv`: numbers separated by commas, blanks and line ends; `#` starts a comment. Always with a decimal point,
///    whatever the locale.
///  * `.npy`: as `read_npy` (npy_file.h).
///
/// Cost O(file size), memory at most five times the file's size. Deterministic.
/// Throws `FileError` naming file, line and what was found there: anything but a finite number, no number at all, a
/// file that cannot be read, an unknown extension.
State read_state_file(const std::filesystem::path& path);

}  // namespace forerun
