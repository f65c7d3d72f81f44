#include "apps/forerun/config/key_depth.h"

#include <algorithm>

namespace forerun {

std::size_t string_size(std::string_view text) {
  const char quote = text.front();
  const bool has_escapes = quote == '"';
  const std::string_view thrice = quote == '"' ? "\"\"\"" : "'''";
  const std::string_view delimiter = text.starts_with(thrice) ? thrice : text.substr(0, 1);
  for (std::size_t at = delimiter.size(); at < text.size(); ++at) {
    if (text.substr(at).starts_with(delimiter)) return at + delimiter.size();
    if (delimiter.size() == 1 && text[at] == '\n') return at;  // not closed: no TOML
    if (has_escapes && text[at] == '\\') ++at;
  }
  return text.size();
}

std::optional<int> line_of_deep_key(std::string_view text) {
  constexpr std::string_view ends_a_key = "\n=,[]{}";
  int line = 1;
  int parts = 1;
  for (std::size_t at = 0; at < text.size();) {
    const char letter = text[at];
    std::size_t size = 1;
    if (letter == '"' || letter == '\'') size = string_size(text.substr(at));
    if (letter == '#') size = std::min(text.find('\n', at), text.size()) - at;
    if (ends_a_key.find(letter) != std::string_view::npos) parts = 1;
    if (letter == '.' && ++parts > most_key_parts) return line;
    const std::string_view passed = text.substr(at, size);
    line += static_cast<int>(std::count(passed.begin(), passed.end(), '\n'));
    at += size;
  }
  return std::nullopt;
}

}  // namespace forerun
