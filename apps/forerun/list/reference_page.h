#pragma once

#include <string>

namespace forerun {

/// All commands with their options, all keys of configurations and all that they can name, as one page of Markdown:
/// docs/reference.md. It says what `forerun help` and `forerun list` say, from the same descriptions.
std::string reference_page();

}  // namespace forerun
