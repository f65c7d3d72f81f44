#include <filesystem>

#include "apps/forerun/cli/command.h"
#include "apps/forerun/cli/printable.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/init/starting_configuration.h"
#include "core/files/atomic_file.h"

namespace forerun {
namespace {

namespace fs = std::filesystem;

constexpr const char* init_details =
    R"(Writes a configuration that runs as it is, each key with a comment of what it means, to begin from. NAME is a problem
that `forerun list` shows; `equations` writes an equation of your own, to be replaced by it, and `external` a problem
that programs of your own solve. What is there already is never overwritten.

Examples:
  forerun init burgers
  forerun init equations --out mine.toml
  forerun init lorenz --out - | less

Exit status: 0 written, 2 no problem is called so, 4 the file is there already or cannot be written.
)";

const ProblemEntry& problem_argument(const ParsedOptions& options) {
  const auto& arguments = options.arguments();
  if (arguments.size() != 1) throw UsageError("init takes one problem, e.g. `forerun init burgers`");
  try {
    return find_problem(arguments.front());
  } catch (const ParameterError& error) {
    throw UsageError(std::string("init: ") + error.what());
  }
}

ExitStatus write_starting_configuration(const ParsedOptions& options, const std::vector<std::string>& /*words*/,
                                        const Console& console) {
  const ProblemEntry& entry = problem_argument(options);
  const std::string file = options.text("out").value_or(entry.name + ".toml");
  if (file.empty()) throw UsageError("--out '': must be the name of a file, or - for standard output");
  const std::string text = starting_configuration(entry, starting_point(entry.name), file == "-" ? "FILE" : file);
  if (file == "-") {
    console.out << text;
    return ExitStatus::ok;
  }
  std::error_code error;
  if (fs::exists(fs::symlink_status(file, error))) {
    throw FileError(file + ": is there already and is not overwritten: --out names another file");
  }
  write_file_atomically(file, text);
  const std::string name = printable(file);
  console.out << name << " is written. Next:\n  forerun run " << name << " --reference\n  forerun compare " << name
              << "\n";
  return ExitStatus::ok;
}

}  // namespace

Command init_command() {
  return {"init",
          "NAME",
          "Write a commented configuration for a problem, to begin from",
          init_details,
          {{"out", "FILE", "where to (default: NAME.toml); -: to standard output"}},
          write_starting_configuration};
}

}  // namespace forerun
