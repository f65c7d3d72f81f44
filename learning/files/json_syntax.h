#pragma once

#include <string_view>

namespace forerun {

/// What a JSON text from outside must obey before it is read: the grammar, no key twice in an object, no number that a
/// double cannot hold, and at most `deepest` arrays and objects within each other.
///
/// Throws std::invalid_argument with the end of a sentence: "is not valid JSON (line 3, column 17)", "is nested too
/// deeply: at most 32 levels are read", "names 'seed' twice". Memory: the keys of the objects that are open, whatever
/// the text says.
void check_json(std::string_view text, int deepest);

}  // namespace forerun
