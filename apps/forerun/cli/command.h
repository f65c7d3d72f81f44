#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apps/forerun/cli/console.h"
#include "apps/forerun/cli/exit_status.h"
#include "apps/forerun/cli/options.h"

namespace forerun {

/// A subcommand: how it is described and what it does.
struct Command {
  std::string name;
  std::string arguments;  ///< "CONFIG"
  std::string summary;    ///< one line
  std::string details;    ///< the long help: what it does, examples, units
  std::vector<OptionSpec> options;
  /// `words` is the whole command line, for the record. Errors are thrown.
  std::function<ExitStatus(const ParsedOptions&, const std::vector<std::string>& words, const Console&)> run;
  /// Many processes can share what it does.
  bool can_be_shared = false;
};

Command bench_command();
Command campaign_command();
Command compare_command();
Command completion_command();
Command config_command();
Command init_command();
Command inspect_command();
Command list_command();
Command man_command();
Command plan_command();
Command report_command();
Command resume_command();
Command run_command();
Command scale_command();
Command selftest_command();
Command train_command();

}  // namespace forerun
