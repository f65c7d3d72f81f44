#include "solvers/integrators/workspace.h"

#include <vector>

#include "solvers/equations/thread_scratch.h"

namespace forerun {

double* thread_workspace(Index size) {
  thread_local std::vector<double> memory;
  return on_cache_line(memory, size);
}

}  // namespace forerun
