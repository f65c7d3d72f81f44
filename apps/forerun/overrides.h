#pragma once

#include <string>

#include "apps/forerun/config_document.h"
#include "apps/forerun/console.h"
#include "apps/forerun/options.h"

namespace forerun {

/// What overrides what: the file < --set < --threads and --seed. Says on `console.err` what was left behind. Throws
/// `UsageError`.
void override_settings(ConfigDocument& document, const ParsedOptions& options, const Console& console);

/// Options of a corrector belong to the one they stand beside. Where the command line has named another one than the
/// file, the file's options stay with the file's corrector, as with `forerun compare`: they are removed, and the
/// sentence that says so is returned. Options of the command line remain, and must be the new corrector's. Empty:
/// nothing was left behind.
std::string leave_corrector_options_behind(ConfigDocument& document);

}  // namespace forerun
