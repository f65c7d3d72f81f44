#include "solvers/external/external_spec.h"

#include <algorithm>

#include "core/base/parameters.h"

namespace forerun {
namespace {

constexpr std::string_view kInput = "input";
constexpr std::string_view kOutput = "output";

/// As a TOML string: what a signature has to say must stay on its line.
std::string in_quotes(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += {'\\', c};
    } else if (byte < 0x20U || byte == 0x7FU) {
      result += {'\\', 'u', '0', '0', digits[byte >> 4U], digits[byte & 0xFU]};
    } else {
      result += c;
    }
  }
  return result + "\"";
}

bool is_placeholder(std::string_view text) {
  const auto may_be_in_a_name = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !text.empty() && std::all_of(text.begin(), text.end(), may_be_in_a_name);
}

/// on_text(piece) and on_name(name) for the parts of a word, in order.
template <class OnText, class OnName>
void for_each_part(std::string_view word, const OnText& on_text, const OnName& on_name) {
  while (!word.empty()) {
    const std::size_t open = word.find('{');
    on_text(word.substr(0, open));
    if (open == std::string_view::npos) return;
    word.remove_prefix(open);
    const std::size_t close = word.find('}');
    const std::string_view name = close == std::string_view::npos ? "" : word.substr(1, close - 1);
    if (is_placeholder(name)) {
      on_name(name);
      word.remove_prefix(close + 1);
    } else {
      on_text(word.substr(0, 1));
      word.remove_prefix(1);
    }
  }
}

/// All texts that may have placeholders.
std::vector<std::string> texts(const ExternalSpec& spec) {
  return spec.kind == ExternalKind::library ? std::vector<std::string>{spec.argument} : spec.words;
}

std::string list_text(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + in_quotes(word);
  return "[" + text + "]";
}

void require_known_placeholders(const ExternalSpec& spec, std::vector<std::string> known) {
  if (spec.kind == ExternalKind::command) known.insert(known.end(), {"input", "output", "t0", "t1"});
  const std::string key(spec.kind == ExternalKind::library ? "argument" : to_string(spec.kind));
  for (const std::string& text : texts(spec)) {
    for_each_part(
        text, [](std::string_view) {},
        [&](std::string_view name) {
          if (std::find(known.begin(), known.end(), name) != known.end()) return;
          const std::string nearest = nearest_name(name, known);
          if (nearest.empty()) return;  // braces that mean something to the program
          throw ParameterError(key, key + " has {" + std::string(name) + "}: did you mean {" + nearest + "}?");
        });
  }
}

}  // namespace

std::string_view to_string(ExternalKind kind) {
  return kind == ExternalKind::command ? "command" : kind == ExternalKind::worker ? "worker" : "library";
}

std::string to_text(const ExternalSpec& spec) {
  const std::string kind(to_string(spec.kind));
  if (spec.kind == ExternalKind::library) {
    return kind + " " + in_quotes(spec.library) + " " + in_quotes(spec.function) +
           (spec.argument.empty() ? "" : " of " + in_quotes(spec.argument));
  }
  return kind + " " + list_text(spec.words) + (spec.format == StateFormat::csv ? " by csv" : "");
}

bool is_external_text(std::string_view text) {
  return text.starts_with("command [") || text.starts_with("worker [") || text.starts_with("library \"");
}

std::string short_name(const ExternalSpec& spec) {
  if (spec.kind == ExternalKind::library) return spec.function + " of " + spec.library;
  constexpr std::size_t enough = 40;
  std::string name;
  for (const std::string& word : spec.words) {
    if (word.find('{') != std::string::npos || name.size() + word.size() > enough) break;
    name += (name.empty() ? "" : " ") + word;
  }
  return name.empty() && !spec.words.empty() ? spec.words.front().substr(0, enough) : name;
}

std::string filled_in(const std::string& word, const Placeholders& values) {
  std::string result;
  for_each_part(
      word, [&](std::string_view text) { result += text; },
      [&](std::string_view name) {
        const auto value = values.find(std::string(name));
        result += value != values.end() ? value->second : "{" + std::string(name) + "}";
      });
  return result;
}

bool mentions(const ExternalSpec& spec, const std::string& name) {
  bool found = false;
  for (const std::string& text : texts(spec)) {
    for_each_part(
        text, [](std::string_view) {}, [&](std::string_view placeholder) { found = found || placeholder == name; });
  }
  return found;
}

void require_sound(const ExternalSpec& spec, const std::vector<std::string>& parameters) {
  const std::string key(to_string(spec.kind));
  if (spec.kind == ExternalKind::library) {
    if (spec.library.empty()) throw ParameterError(key, key + " = \"\": must be the name of a shared library");
    if (spec.function.empty()) throw ParameterError("function", "function = \"\": must be the name of a C function");
  } else if (spec.words.empty() || spec.words.front().empty()) {
    throw ParameterError(key, key + " = " + list_text(spec.words) + ": must begin with the name of a program");
  }
  for (const std::string& text : texts(spec)) {
    if (text.find('\0') == std::string::npos) continue;
    throw ParameterError(key, key + " = " + list_text(texts(spec)) + ": must be words without a zero byte");
  }
  require_known_placeholders(spec, parameters);
  for (const std::string_view name : {kInput, kOutput}) {
    const bool is_needed = spec.kind == ExternalKind::command;
    if (mentions(spec, std::string(name)) == is_needed) continue;
    throw ParameterError(
        key, key + " = " + list_text(texts(spec)) +
                 (is_needed ? ": must say by {" + std::string(name) + "} where the file goes"
                            : ": must be without {" + std::string(name) + "}, its states do not go through files"));
  }
}

}  // namespace forerun
