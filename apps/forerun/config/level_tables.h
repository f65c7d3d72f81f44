#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/parameters.h"

namespace forerun {

/// The words of a list like ["./solver", "{input}"], which reaches keys as text. nullopt: the text is no list of words.
std::optional<std::vector<std::string>> read_words(const std::string& text);

/// The tables of a list like [{steps = 16, coarsening = 2}, {steps = 64}], each as values of `specs`; tables within are
/// keys with dots, lists their text. nullopt: the text is no list of tables. Throws `ParameterError`.
std::optional<std::vector<Parameters>> read_tables(const std::string& text, const std::vector<ParameterSpec>& specs);

/// Whether some table of the list has one of these keys.
bool tables_have_any(const std::string& text, const std::vector<std::string>& keys);

}  // namespace forerun
