#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/forerun/config/config_document.h"
#include "core/base/parameters.h"

namespace forerun {

/// The key's specification: slices between times of one's own, where changes are fast and slow.
ParameterSpec boundaries_key();

/// Times as a key has them: a list, or the name of a .csv or .npy file, relative to the configuration. Throws
/// `UsageError` for anything else, `FileError` for the file.
std::vector<double> read_times(const ConfigDocument& document, const std::string& section, const std::string& key,
                               const std::string& text);

/// [time] boundaries: a list of growing times, or a .csv or .npy file of them, relative to the configuration. nullopt
/// where it is not given. Throws `UsageError` with place, value and rule, also where `begin`, `end` or `slices` say
/// otherwise; `FileError` for the file.
std::optional<std::vector<double>> read_boundaries(const ConfigDocument& document, const Parameters& time);

}  // namespace forerun
