#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace forerun {

/// Parts that a dotted key, like a.b.c, or a header may have; a configuration needs two. The parser itself knows no
/// limit and nests as deep as a key says, until the stack ends.
inline constexpr int most_key_parts = 16;

/// The line (from 1) of the first key or header of a TOML text that has more parts; nullopt: none has. Strings and
/// comments are skipped; a text that is no TOML may have any result.
std::optional<int> line_of_deep_key(std::string_view text);

/// Bytes of the TOML string that begins with `text`'s first quote, quotes included; up to the end where it has none.
std::size_t string_size(std::string_view text);

}  // namespace forerun
