#include "solvers/integrators/sundials/sundials_entries.h"

namespace forerun {

std::vector<IntegratorEntry> sundials_entries() { return {}; }

}  // namespace forerun
