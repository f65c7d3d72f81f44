#pragma once

#include "tests/fuzz/reader.h"

namespace forerun::fuzz {

Reader csv_reader();
Reader model_reader();
Reader npy_reader();
Reader store_reader();

}  // namespace forerun::fuzz
