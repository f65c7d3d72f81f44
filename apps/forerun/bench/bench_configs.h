#pragma once

#include <spdlog/logger.h>

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "apps/forerun/bench/bench_report.h"
#include "apps/forerun/cli/console.h"

namespace forerun {

/// The configurations of a directory, *.toml by name, or those called `only`. Throws `FileError` where it cannot be
/// read or has none, `UsageError` for a name that is not there.
std::vector<std::filesystem::path> configurations_in(const std::filesystem::path& directory,
                                                     const std::vector<std::string>& only);

/// Runs configurations as they are, once each, and holds the answers against serial fine stepping: iterations, how a
/// run ended, its error, and times. The goal of each is to converge by its own rule.
BenchReport bench_configs(const std::vector<std::filesystem::path>& configurations, const Console& console,
                          spdlog::logger& logger, std::stop_token stop);

}  // namespace forerun
