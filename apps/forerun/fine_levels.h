#pragma once

#include <string>
#include <vector>

#include "apps/forerun/config_document.h"
#include "core/parameters.h"
#include "core/state.h"

namespace forerun {

/// The fidelity ladder of a configuration, [fine] levels: "auto", or step counts a slice like [16, 64, 256].
struct FineLevels {
  bool automatic = false;    ///< the levels below the top are still to be chosen by measuring
  std::vector<Index> steps;  ///< cheapest first; the last is the fine solver's own; a single one is no ladder

  bool is_ladder() const { return automatic || steps.size() > 1; }
};

/// The key's specification; arrays reach it as text.
ParameterSpec levels_key();

/// Reads `levels` and `steps` of [fine]. `steps` may be left out where `levels` ends with it. Throws `UsageError` with
/// place, value and rule.
FineLevels read_fine_levels(const ConfigDocument& document, const Parameters& fine);

/// "[16, 64, 256]".
std::string levels_text(const std::vector<Index>& steps);

}  // namespace forerun
