#include <filesystem>
#include <sstream>

#include "apps/forerun/cli/build.h"
#include "apps/forerun/cli/commands.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/list/reference_page.h"
#include "core/base/errors.h"
#include "core/files/atomic_file.h"

namespace forerun {
namespace {

namespace fs = std::filesystem;

constexpr const char* man_details =
    R"(Prints a manual page, of forerun or of one of its commands, made from the same description as the help. With --markdown
one page of all commands and all that a configuration may contain: docs/reference.md.

Examples:
  forerun man run | man -l -
  forerun man --out ~/.local/share/man/man1       then: man forerun-run
  forerun man --markdown > docs/reference.md

Exit status: 0 printed, 2 a command that is not known, 4 a page cannot be written.
)";

/// As troff prints it; a line of text must not begin as a request does.
std::string escaped_for_roff(const std::string& line) {
  std::string text;
  for (const char c : line) text += c == '\\' ? "\\e" : c == '-' ? "\\-" : std::string(1, c);
  const bool looks_like_request = !text.empty() && (text.front() == '.' || text.front() == '\'');
  return (looks_like_request ? "\\&" : "") + text;
}

/// Lines as they are.
std::string verbatim(const std::string& text) {
  std::istringstream lines(text);
  std::string page = ".nf\n";
  for (std::string line; std::getline(lines, line);) page += escaped_for_roff(line) + "\n";
  return page + ".fi\n";
}

std::string page_title(const std::string& name) {
  std::string upper;
  for (const char c : name) upper += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return ".TH " + upper + " 1 \"\" \"forerun " + build::version + "\" \"Forerun\"\n.nh\n";
}

std::string option_entry(const OptionSpec& option) {
  std::string text = ".TP\n\\fB";
  if (option.letter != '\0') text += std::string("\\-") + option.letter + "\\fR, \\fB";
  text += (option.name.size() == 1 ? "\\-" : "\\-\\-") + escaped_for_roff(option.name) + "\\fR";
  if (!option.argument.empty()) text += " \\fI" + escaped_for_roff(option.argument) + "\\fR";
  std::string description = option.description;
  for (char& c : description) c = c == '\n' ? ' ' : c;
  return text + "\n" + escaped_for_roff(description) + "\n";
}

std::string command_page(const Command& command) {
  const std::string name = "forerun-" + command.name;
  std::string page =
      page_title(name) + ".SH NAME\n" + escaped_for_roff(name) + " \\- " + escaped_for_roff(command.summary) + "\n";
  page += ".SH SYNOPSIS\n\\fBforerun " + escaped_for_roff(command.name) + "\\fR " +
          (command.arguments.empty() ? "" : "\\fI" + escaped_for_roff(command.arguments) + "\\fR ") +
          "[\\fIOPTIONS\\fR]\n";
  page += ".SH DESCRIPTION\n" + verbatim(command.details) + ".SH OPTIONS\n";
  for (const OptionSpec& option : command.options) page += option_entry(option);
  for (const OptionSpec& option : help_options()) page += option_entry(option);
  return page + ".SH SEE ALSO\n\\fBforerun\\fR(1)\n";
}

std::string main_page() {
  std::string page = page_title("forerun") +
                     ".SH NAME\nforerun \\- time\\-parallel solution of ODEs and PDEs that learns while it runs\n"
                     ".SH SYNOPSIS\n\\fBforerun\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n.SH COMMANDS\n";
  for (const Command& command : all_commands()) {
    page += ".TP\n\\fB" + escaped_for_roff(command.name) + "\\fR \\fI" + escaped_for_roff(command.arguments) +
            "\\fR\n" + escaped_for_roff(command.summary) + ", see \\fBforerun\\-" + escaped_for_roff(command.name) +
            "\\fR(1)\n";
  }
  return page;
}

/// All pages into a folder, which is made where it is missing.
void write_pages(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw FileError(folder.string() + ": cannot be made: " + error.message());
  write_file_atomically(folder / "forerun.1", main_page());
  for (const Command& command : all_commands()) {
    write_file_atomically(folder / ("forerun-" + command.name + ".1"), command_page(command));
  }
}

ExitStatus write_manual(const ParsedOptions& options, const std::vector<std::string>& /*words*/,
                        const Console& console) {
  const auto& arguments = options.arguments();
  if (arguments.size() > 1) throw UsageError("man takes one command, not " + std::to_string(arguments.size()));
  if (options.has("markdown")) {
    if (!arguments.empty()) throw UsageError("man " + arguments.front() + ": must be left out with --markdown");
    if (options.has("out")) throw UsageError("--out: must be left out with --markdown, which prints one page");
    console.out << reference_page();
    return ExitStatus::ok;
  }
  if (const auto folder = options.text("out")) {
    if (!arguments.empty())
      throw UsageError("man " + arguments.front() + ": must be left out with --out, all are written");
    if (folder->empty()) throw UsageError("--out '': must be the name of a directory");
    write_pages(*folder);
    return ExitStatus::ok;
  }
  console.out << (arguments.empty() ? main_page() : command_page(find_command(arguments.front())));
  return ExitStatus::ok;
}

}  // namespace

Command man_command() {
  return {"man",
          "[COMMAND]",
          "Print a manual page, or write all of them",
          man_details,
          {{"out", "DIR", "write all pages into this directory"},
           {"markdown", "", "one page in Markdown of all commands and keys"}},
          write_manual};
}

}  // namespace forerun
