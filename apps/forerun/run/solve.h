#pragma once

#include <string>
#include <vector>

#include "apps/forerun/cli/console.h"
#include "apps/forerun/cli/exit_status.h"
#include "apps/forerun/run/solve_request.h"

namespace forerun {

/// What `forerun run` and `forerun compare` have in common, which is all but the options and the form of the report:
/// everything is checked first, then solved, then written. `words` is the command line, for the record.
/// Throws `UsageError`, `FileError`, `ModelFileError`; until the solving begins nothing has been written.
ExitStatus solve(const SolveRequest& request, const std::vector<std::string>& words, const Console& console);

/// What may differ when a run goes on.
struct ResumeOptions {
  std::filesystem::path directory;
  std::optional<std::string> threads;
  std::optional<std::string> json;
  bool quiet = false;
};

/// Goes on with the run that has left a checkpoint in the directory, as `solve` would have. Throws as `solve` does, and
/// `FileError` for a checkpoint that cannot be used (checkpoint.h).
ExitStatus resume(const ResumeOptions& options, const Console& console);

}  // namespace forerun
