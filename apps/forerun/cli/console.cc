#include "apps/forerun/cli/console.h"

#include "core/execution/time_communicator.h"

namespace forerun {

bool Console::speaks() const { return communicator == nullptr || communicator->rank() == 0; }

}  // namespace forerun
