#pragma once

#include <string>
#include <vector>

#include "apps/forerun/cli/console.h"
#include "apps/forerun/cli/options.h"
#include "apps/forerun/config/config_document.h"

namespace forerun {

/// What overrides what: the file < --set < --threads and --seed. Says on `console.err` what was left behind. Throws
/// `UsageError`.
void override_settings(ConfigDocument& document, const ParsedOptions& options, const Console& console);

/// Options belong to what they stand beside: those of [corrector] to the corrector named, steps, tolerance and levels
/// of [fine] and [coarse] to methods of their kind. Where the command line has named another one than the file, the
/// file's options stay with the file's, as with `forerun compare`: they are removed, and the sentences that say so are
/// returned. Options of the command line remain, and must be the new one's.
std::vector<std::string> leave_options_behind(ConfigDocument& document);

}  // namespace forerun
