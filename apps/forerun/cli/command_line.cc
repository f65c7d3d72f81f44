#include "apps/forerun/cli/command_line.h"

#include <algorithm>
#include <new>
#include <optional>

#include "apps/forerun/cli/build.h"
#include "apps/forerun/cli/colour.h"
#include "apps/forerun/cli/commands.h"
#include "apps/forerun/cli/interrupt.h"
#include "apps/forerun/cli/log_file.h"
#include "apps/forerun/cli/printable.h"
#include "apps/forerun/cli/usage_error.h"
#include "core/base/errors.h"
#include "core/base/parameters.h"
#include "core/base/stop_scope.h"
#include "core/parareal/ended_together.h"
#include "learning/files/tensor_file.h"

namespace forerun {
namespace {

std::string usage() {
  std::string text =
      "forerun — time-parallel solution of ODEs and PDEs that learns while it runs\n\n"
      "Usage: forerun COMMAND [OPTIONS]\n\n";
  const auto left = [](const Command& command) { return "  " + command.name + " " + command.arguments; };
  std::size_t width = 0;
  for (const Command& command : all_commands()) width = std::max(width, left(command).size() + 2);
  for (const Command& command : all_commands()) {
    text += left(command) + std::string(width - left(command).size(), ' ') + command.summary + "\n";
  }
  return text +
         "\n  -h                short help, also of each command\n"
         "  --help            long help with examples, also of each command; so does `forerun help COMMAND`\n"
         "  --version         version and build\n";
}

constexpr const char* first_steps = R"(
First steps:
  forerun compare data/configs/burgers.toml --correctors classic,randnet
  forerun run data/configs/lorenz.toml --reference --out runs/lorenz
  forerun init burgers
  forerun list

Exit status:
  0 solved     1 internal error     2 wrong usage or configuration     3 not converged
  4 file not readable or writable   5 model file refused   6 solver failed
  129, 130, 143 ended by SIGHUP, SIGINT, SIGTERM
)";

/// `forerun help`, and `forerun help COMMAND`.
std::string help_about(const std::vector<std::string>& words) {
  if (words.empty()) return usage() + first_steps;
  if (words.size() > 1) throw UsageError("help takes one command, not " + std::to_string(words.size()));
  return command_help(find_command(words.front()), true);
}

ExitStatus dispatch(const std::vector<std::string>& words, const Console& console) {
  if (words.empty() || words.front() == "-h") {
    (words.empty() ? console.err : console.out) << usage();
    return words.empty() ? ExitStatus::usage : ExitStatus::ok;
  }
  if (words.front() == "--help" || words.front() == "help") {
    console.out << help_about({words.begin() + 1, words.end()});
    return ExitStatus::ok;
  }
  if (words.front() == "--version") {
    console.out << "forerun " << build::version << " (" << build::compiler << ", " << build::type << ")\n";
    return ExitStatus::ok;
  }
  if (words.front().starts_with('-')) {
    throw UsageError("unknown option " + words.front() + ": a command comes first, see `forerun -h`");
  }
  const Command& command = find_command(words.front());
  const ParsedOptions options = parse_options(command.options, {words.begin() + 1, words.end()});
  if (options.has("help") || options.has("h")) {
    console.out << command_help(command, options.has("help"));
    return ExitStatus::ok;
  }
  if (options.has("quiet") && options.has("verbose")) throw UsageError("--verbose: must be left out with --quiet");
  if (console.communicator != nullptr && !command.can_be_shared) {
    throw UsageError(command.name + ": takes one process, and was started as " +
                     std::to_string(console.communicator->size()) +
                     ": only run, compare, resume, campaign, selftest and bench network can be shared");
  }
  Console told = console;
  told.verbose = options.has("verbose");
  std::optional<LogFile> log;
  if (options.has("log") && !options.has("dry-run") && console.speaks()) told.log = &log.emplace(options).stream();
  const ExitStatus status = command.run(options, words, told);
  if (log) log->finish();
  return status;
}

}  // namespace

ExitStatus run_command_line(const std::vector<std::string>& words, const Console& console) {
  const auto fail = [&](ExitStatus status, const std::string& sentence) {
    console.err << coloured("forerun:", console.err_has_colours ? Colour::red : Colour::none) << " "
                << printable(sentence) << "\n";
    return status;
  };
  try {
    const ExitStatus status = dispatch(words, console);
    console.out.flush();
    if (!console.out) return fail(ExitStatus::input_output, "standard output: cannot be written");
    return status;
  } catch (const RunAbandoned& end) {
    return fail(ExitStatus::internal_error,
                "process " + std::to_string(end.rank) + ": " + reason_of(end).what.value_or("was stopped"));
  } catch (const StopRequested&) {
    return fail(InterruptGuard::status().value_or(ExitStatus::interrupted), "interrupted; there is no result yet");
  } catch (const UsageError& error) {
    return fail(ExitStatus::usage, error.what());
  } catch (const ModelFileError& error) {
    return fail(ExitStatus::bad_model, error.what());
  } catch (const FileError& error) {
    return fail(ExitStatus::input_output, error.what());
  } catch (const std::bad_alloc&) {
    return fail(ExitStatus::internal_error, "out of memory: --dry-run shows what a run takes");
  } catch (const std::exception& error) {
    return fail(ExitStatus::internal_error, std::string("internal error: ") + error.what());
  }
}

}  // namespace forerun
