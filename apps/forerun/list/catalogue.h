#pragma once

#include <string>
#include <vector>

#include "core/base/parameters.h"

namespace forerun {

/// Something that a configuration may have or name, as people are told of it.
struct CatalogueEntry {
  std::string name;
  std::string description;
  std::vector<ParameterSpec> keys;
  std::vector<std::string> required = {};  ///< keys that have no default
  bool keys_are_patterns = false;          ///< the equation's own keys are called like these
  std::string source = {};                 ///< where it was published, as far as known
};

/// Entries of one kind, in the order in which they are shown.
struct CatalogueGroup {
  std::string kind;     ///< "problem"
  std::string heading;  ///< "Problems"
  std::vector<CatalogueEntry> entries;
};

/// All of them: sections of a configuration, those of campaigns, methods, problems, integrators, correctors.
const std::vector<CatalogueGroup>& catalogue();

/// The groups with the entries called `name` alone, without those that are empty then. Throws `ParameterError`, the
/// nearest name suggested, where there is none.
std::vector<CatalogueGroup> entries_called(const std::string& name);

}  // namespace forerun
