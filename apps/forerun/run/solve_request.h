#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/forerun/cli/console.h"
#include "apps/forerun/cli/options.h"
#include "apps/forerun/config/config_document.h"

namespace forerun {

/// What `forerun run` and `forerun compare` are asked to do.
struct SolveRequest {
  std::string command;  ///< "run" or "compare"
  ConfigDocument document;
  std::vector<std::string> correctors;  ///< empty: the configuration's (run), all (compare)
  std::vector<std::string> methods;     ///< of compare; empty: Parareal, and the configuration's
  std::vector<std::string> strategies;  ///< of compare, for the coarse solver; empty: the configuration's
  std::vector<std::string> runs;        ///< of work that goes on: all, by their names, in place of both
  bool reference = false;               ///< solve serially with the fine solver as well
  std::optional<std::filesystem::path> model;
  std::optional<std::filesystem::path> save_model;
  std::optional<std::filesystem::path> out;
  std::optional<std::string> json;  ///< a file, or "-" for standard output
  bool dry_run = false;
  bool quiet = false;
};

/// The options that both commands share.
std::vector<OptionSpec> solve_option_specs();

/// Reads the configuration file and applies what overrides it (overrides.h). Throws `UsageError`, `FileError`.
SolveRequest make_solve_request(const std::string& command, const ParsedOptions& options, const Console& console);

}  // namespace forerun
