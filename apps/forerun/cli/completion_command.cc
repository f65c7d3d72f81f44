#include <string>
#include <vector>

#include "apps/forerun/cli/commands.h"
#include "apps/forerun/cli/completion_words.h"
#include "apps/forerun/cli/usage_error.h"
#include "core/files/atomic_file.h"

namespace forerun {
namespace {

using Kind = Completion::Kind;

constexpr const char* completion_details =
    R"(Prints a script with which a shell completes commands, options, names of problems, correctors and keys, and files. It
is made from the same description as the help.

Examples:
  source <(forerun completion bash)
  forerun completion bash --out ~/.local/share/bash-completion/completions/forerun
  forerun completion zsh --out ~/.zfunc/_forerun                          with fpath+=~/.zfunc before compinit
  forerun completion fish --out ~/.config/fish/completions/forerun.fish

Exit status: 0 printed, 2 a shell that is not known, 4 the file cannot be written.
)";

std::string joined_words(const std::vector<std::string>& words, const std::string& between = " ") {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const Command& command : all_commands()) names.push_back(command.name);
  names.push_back("help");
  return names;
}

/// "-h", "--help", "-v", "--verbose".
std::vector<std::string> spellings(const OptionSpec& option) {
  if (option.name.size() == 1) return {"-" + option.name};
  std::vector<std::string> all = {"--" + option.name};
  if (option.letter != '\0') all.push_back(std::string("-") + option.letter);
  return all;
}

std::vector<OptionSpec> options_of(const Command& command) {
  std::vector<OptionSpec> options = command.options;
  options.insert(options.end(), help_options().begin(), help_options().end());
  return options;
}

/// The first line of a description, without what a shell would take for its own.
std::string brief(const std::string& description) {
  std::string text = description.substr(0, description.find('\n'));
  std::erase_if(text, [](char c) { return std::string("'\"[]\\`$:").find(c) != std::string::npos; });
  return text;
}

// bash

std::string bash_reply(const Completion& completion) {
  switch (completion.kind) {
    case Kind::words:
      return "_forerun_words '" + joined_words(completion.words) + "'" + (completion.goes_on ? " nospace" : "");
    case Kind::files:
      return "_forerun_files";
    case Kind::configurations:
      return "_forerun_configurations" + (completion.words.empty() ? "" : " '" + joined_words(completion.words) + "'");
    case Kind::folders:
      return "_forerun_folders";
    case Kind::nothing:
      break;
  }
  return ":";
}

constexpr const char* bash_functions = R"(_forerun_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word")
  [[ ${2-} == nospace ]] && compopt -o nospace
  return 0
}
_forerun_files() { compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$word"); }
_forerun_folders() { compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$word"); }
_forerun_configurations() {
  compopt -o filenames
  mapfile -t COMPREPLY < <(compgen -W "${1-}" -- "$word"; compgen -f -X '!*.toml' -- "$word"; compgen -d -- "$word")
}
)";

std::string bash_script() {
  std::string values, options, arguments;
  for (const Command& command : all_commands()) {
    std::vector<std::string> all;
    for (const OptionSpec& option : options_of(command)) {
      for (const std::string& spelling : spellings(option)) {
        all.push_back(spelling);
        if (option.argument.empty()) continue;
        values +=
            "    " + command.name + ":" + spelling + ") " + bash_reply(completion_of_option(option)) + "; return ;;\n";
      }
    }
    options += "      " + command.name + ") _forerun_words '" + joined_words(all) + "' ;;\n";
    arguments += "    " + command.name + ") " + bash_reply(completion_of_argument(command)) + " ;;\n";
  }
  return std::string("# bash completion of forerun, made by `forerun completion bash`\n") + bash_functions +
         "_forerun() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}\n"
         "  COMPREPLY=()\n"
         "  if ((COMP_CWORD == 1)); then _forerun_words '" +
         joined_words(command_names()) + " -h --help --version'; return; fi\n  case $command:$before in\n" + values +
         "  esac\n  if [[ $word == -* ]]; then\n    case $command in\n" + options + "    esac\n    return\n  fi\n" +
         "  case $command in\n" + arguments + "    help) _forerun_words '" + joined_words(command_names()) +
         "' ;;\n  esac\n}\ncomplete -F _forerun forerun\n";
}

// zsh

std::string zsh_action(const Completion& completion) {
  switch (completion.kind) {
    case Kind::words:
      return "compadd " + std::string(completion.goes_on ? "-S '' " : "") + "-- " + joined_words(completion.words);
    case Kind::files:
      return "_files";
    case Kind::configurations:
      return "_files -g '*.toml'";
    case Kind::folders:
      return "_files -/";
    case Kind::nothing:
      break;
  }
  return "_message value";
}

std::string zsh_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

/// "'--out[write a run directory]:DIR:_files -/'"
std::string zsh_option(const OptionSpec& option, const std::string& spelling) {
  std::string text = (option.repeatable ? "*" : "") + spelling + "[" + brief(option.description) + "]";
  if (!option.argument.empty())
    text += ":" + brief(option.argument) + ":{" + zsh_action(completion_of_option(option)) + "}";
  return zsh_quoted(text);
}

std::string zsh_script() {
  std::string describe, cases;
  for (const Command& command : all_commands()) {
    describe += "    " + zsh_quoted(command.name + ":" + brief(command.summary)) + "\n";
    cases += "    " + command.name + ")\n      _arguments";
    for (const OptionSpec& option : options_of(command)) {
      for (const std::string& spelling : spellings(option)) cases += " \\\n        " + zsh_option(option, spelling);
    }
    const Completion argument = completion_of_argument(command);
    if (argument.kind != Kind::nothing) {
      std::string action = zsh_action(argument);
      if (command.name == "config") action = "compadd -- show; " + action;
      cases += " \\\n        " + zsh_quoted("*:argument:{" + action + "}");
    }
    cases += "\n      ;;\n";
  }
  return "#compdef forerun\n# zsh completion of forerun, made by `forerun completion zsh`\n_forerun() {\n"
         "  local -a commands=(\n" +
         describe +
         "    'help:Show the help of a command'\n  )\n"
         "  if ((CURRENT == 2)); then _describe command commands; return; fi\n"
         "  local command=$words[2]\n  shift words\n  ((CURRENT--))\n  case $command in\n" +
         cases + "    help) compadd -- " + joined_words(command_names()) +
         " ;;\n  esac\n}\n"
         "if [[ $funcstack[1] == _forerun ]]; then _forerun \"$@\"; else compdef _forerun forerun; fi\n";
}

// fish

std::string fish_value(const Completion& completion) {
  switch (completion.kind) {
    case Kind::words:
      return " -x -a '" + joined_words(completion.words) + "'";
    case Kind::files:
      return " -r -F";
    case Kind::configurations:
      return " -k -x -a '" + joined_words(completion.words) + " (__fish_complete_suffix .toml)'";
    case Kind::folders:
      return " -x -a '(__fish_complete_directories)'";
    case Kind::nothing:
      break;
  }
  return " -x";
}

std::string fish_script() {
  std::string text =
      "# fish completion of forerun, made by `forerun completion fish`\ncomplete -c forerun -f\n"
      "complete -c forerun -n __fish_use_subcommand -a help -d 'Show the help of a command'\n"
      "complete -c forerun -n '__fish_seen_subcommand_from help' -a '" +
      joined_words(command_names()) + "'\n";
  for (const Command& command : all_commands()) {
    const std::string of_command = "complete -c forerun -n '__fish_seen_subcommand_from " + command.name + "'";
    text +=
        "complete -c forerun -n __fish_use_subcommand -a " + command.name + " -d '" + brief(command.summary) + "'\n";
    const Completion argument = completion_of_argument(command);
    if (argument.kind != Kind::nothing) text += of_command + fish_value(argument) + "\n";
    for (const OptionSpec& option : options_of(command)) {
      text += of_command + (option.name.size() == 1 ? " -s " : " -l ") + option.name;
      if (option.letter != '\0') text += std::string(" -s ") + option.letter;
      if (!option.argument.empty()) text += fish_value(completion_of_option(option));
      text += " -d '" + brief(option.description) + "'\n";
    }
  }
  return text;
}

std::string script(const std::string& shell) {
  if (shell == "bash") return bash_script();
  if (shell == "zsh") return zsh_script();
  if (shell == "fish") return fish_script();
  throw UsageError("completion " + shell + ": must be bash, zsh or fish");
}

ExitStatus write_completion(const ParsedOptions& options, const std::vector<std::string>& /*words*/,
                            const Console& console) {
  const auto& arguments = options.arguments();
  if (arguments.size() != 1) throw UsageError("completion takes one shell: bash, zsh or fish");
  const std::string text = script(arguments.front());
  if (const auto file = options.text("out")) {
    if (file->empty()) throw UsageError("--out '': must be the name of a file");
    write_file_atomically(*file, text);
  } else {
    console.out << text;
  }
  return ExitStatus::ok;
}

}  // namespace

Command completion_command() {
  return {"completion",
          "bash|zsh|fish",
          "Print the script with which a shell completes commands and options",
          completion_details,
          {{"out", "FILE", "write it into this file"}},
          write_completion};
}

}  // namespace forerun
