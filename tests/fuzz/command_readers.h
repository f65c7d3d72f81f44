#pragma once

#include "tests/fuzz/reader.h"

namespace forerun::fuzz {

Reader campaign_reader();
Reader config_reader();
Reader expression_reader();
Reader record_reader();

}  // namespace forerun::fuzz
