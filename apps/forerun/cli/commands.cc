#include "apps/forerun/cli/commands.h"

#include "apps/forerun/cli/usage_error.h"
#include "core/base/parameters.h"

namespace forerun {

const std::vector<Command>& all_commands() {
  static const std::vector<Command> all = {
      run_command(),   compare_command(),  resume_command(),     campaign_command(), train_command(), plan_command(),
      scale_command(), bench_command(),    report_command(),     inspect_command(),  init_command(),  config_command(),
      list_command(),  selftest_command(), completion_command(), man_command()};
  return all;
}

const Command& find_command(const std::string& name) {
  std::vector<std::string> names;
  for (const Command& command : all_commands()) {
    if (command.name == name) return command;
    names.push_back(command.name);
  }
  throw UsageError("unknown command '" + name + "': " + suggestion(name, names));
}

const std::vector<OptionSpec>& help_options() {
  static const std::vector<OptionSpec> options = {{"h", "", "short help"}, {"help", "", "long help with examples"}};
  return options;
}

std::string command_help(const Command& command, bool long_form) {
  std::string text = "Usage: forerun " + command.name + " " + command.arguments +
                     (command.arguments.empty() ? "" : " ") + "[OPTIONS]\n\n" + command.summary + ".\n\nOptions:\n" +
                     options_help(command.options);
  return long_form ? text + "\n" + command.details : text;
}

}  // namespace forerun
