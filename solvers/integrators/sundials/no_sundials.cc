#include "solvers/integrators/sundials/sundials_entries.h"

namespace forerun {

std::vector<IntegratorEntry> sundials_entries() { return {}; }
std::string sundials_version() { return {}; }

}  // namespace forerun
