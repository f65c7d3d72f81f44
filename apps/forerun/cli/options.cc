#include "apps/forerun/cli/options.h"

#include <algorithm>
#include <cxxopts.hpp>

#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/cli/usage_error.h"
#include "core/base/parameters.h"

namespace forerun {
namespace {

[[noreturn]] void refuse_unknown(const std::string& word, const std::vector<OptionSpec>& specs) {
  std::vector<std::string> known = {"--help"};
  for (const OptionSpec& spec : specs) known.push_back("--" + spec.name);
  const std::string nearest = nearest_name(word.substr(0, word.find('=')), known);
  throw UsageError("unknown option " + word + (nearest.empty() ? "" : ": did you mean " + nearest + "?"));
}

cxxopts::Options declare(const std::vector<OptionSpec>& specs) {
  cxxopts::Options options("forerun");
  options.allow_unrecognised_options();
  auto add = options.add_options();
  add("h", "");
  add("help", "");
  for (const OptionSpec& spec : specs) {
    const std::string name = (spec.letter != '\0' ? std::string(1, spec.letter) + "," : "") + spec.name;
    if (spec.argument.empty()) {
      add(name, "");
    } else {
      add(name, "", cxxopts::value<std::string>());
    }
  }
  return options;
}

/// "-x" as it was written: letters may come joined, like "-hx", or with a value, like "-x=1".
std::string as_written(const std::string& option, const std::vector<std::string>& words) {
  if (option.size() != 2) return option;
  const auto found = std::find_if(words.begin(), words.end(), [&](const std::string& word) {
    return word.starts_with('-') && !word.starts_with("--") && word.find(option[1]) != std::string::npos;
  });
  return found != words.end() ? *found : option;
}

/// Flags stand alone: "--quiet=1" is refused. Words that are an option's value are not looked at.
void refuse_values_of_flags(const std::vector<OptionSpec>& specs, const std::vector<std::string>& words) {
  const auto takes_value = [&](const std::string& word) {
    return std::any_of(specs.begin(), specs.end(),
                       [&](const OptionSpec& spec) { return !spec.argument.empty() && word == "--" + spec.name; });
  };
  std::vector<std::string> flags = {"--help"};
  for (const OptionSpec& spec : specs) {
    if (spec.argument.empty()) flags.push_back("--" + spec.name);
  }
  for (std::size_t w = 0; w < words.size() && words[w] != "--"; ++w) {
    if (takes_value(words[w])) {
      ++w;
      continue;
    }
    for (const std::string& flag : flags) {
      if (words[w].starts_with(flag + "=")) throw UsageError(flag + " takes no value");
    }
  }
}

/// "--out=two\nlines" as two words: cxxopts reads an assignment only where it is one line.
std::vector<std::string> with_lines_apart(const std::vector<OptionSpec>& specs, const std::vector<std::string>& words) {
  std::vector<std::string> apart;
  for (const std::string& word : words) {
    const std::string option = word.substr(0, word.find('='));
    const bool takes_value = std::any_of(specs.begin(), specs.end(), [&](const OptionSpec& spec) {
      return !spec.argument.empty() && option == "--" + spec.name;
    });
    if (takes_value && option.size() < word.size() && word.find('\n') != std::string::npos) {
      apart.push_back(option);
      apart.push_back(word.substr(option.size() + 1));
    } else {
      apart.push_back(word);
    }
  }
  return apart;
}

bool looks_like_option(const std::string& word) { return word.size() > 1 && word.front() == '-'; }

}  // namespace

std::optional<std::string> ParsedOptions::text(const std::string& name) const {
  const auto found = texts_.find(name);
  return found == texts_.end() ? std::nullopt : std::optional(found->second.back());
}

const std::vector<std::string>& ParsedOptions::texts(const std::string& name) const {
  static const std::vector<std::string> none;
  const auto found = texts_.find(name);
  return found == texts_.end() ? none : found->second;
}

ParsedOptions parse_options(const std::vector<OptionSpec>& specs, const std::vector<std::string>& words) {
  refuse_values_of_flags(specs, words);
  std::vector<const char*> argv = {"forerun"};
  const std::vector<std::string> apart = with_lines_apart(specs, words);
  for (const std::string& word : apart) argv.push_back(word.c_str());
  ParsedOptions parsed;
  try {
    const auto result = declare(specs).parse(static_cast<int>(argv.size()), argv.data());
    for (const auto& option : result.arguments()) parsed.texts_[option.key()].push_back(option.value());
    parsed.arguments_ = result.unmatched();
  } catch (const cxxopts::exceptions::exception& error) {
    throw UsageError(error.what());
  }
  for (const std::string& word : parsed.arguments_) {
    if (looks_like_option(word)) refuse_unknown(as_written(word, words), specs);
  }
  for (const OptionSpec& spec : specs) {
    if (!spec.repeatable && parsed.texts(spec.name).size() > 1) {
      throw UsageError("--" + spec.name + " is given " + std::to_string(parsed.texts(spec.name).size()) +
                       " times: once is enough");
    }
  }
  return parsed;
}

std::string options_help(const std::vector<OptionSpec>& specs) {
  const auto left = [](const OptionSpec& spec) {
    return "  " + (spec.letter != '\0' ? "-" + std::string(1, spec.letter) + ", " : "") + "--" + spec.name +
           (spec.argument.empty() ? "" : " " + spec.argument);
  };
  std::size_t width = 0;
  for (const OptionSpec& spec : specs) width = std::max(width, display_width(left(spec)) + 2);
  std::string help;
  for (const OptionSpec& spec : specs) {
    std::string text = left(spec);
    text += std::string(width - display_width(text), ' ');
    // Continuation lines of a description are indented to its column.
    for (const char c : spec.description) text += c == '\n' ? "\n" + std::string(width, ' ') : std::string(1, c);
    help += text + "\n";
  }
  return help;
}

}  // namespace forerun
