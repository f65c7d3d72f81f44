#pragma once

#include <string>

#include "apps/forerun/config/config_document.h"

namespace forerun {

/// Where byte `offset` of a setting's string stands: "burgers.toml:12:24", line and column of the file, escapes and
/// lines of the string reckoned with; or the setting's place and "character 5", where it comes from no file.
std::string place_in_string(const Setting& setting, std::size_t offset);

}  // namespace forerun
