#pragma once

#include <string>
#include <vector>

#include "apps/forerun/cli/console.h"

namespace forerun {

/// Where a process of a shared run is.
struct ProcessPlace {
  int rank = 0;
  std::string host;
  int threads = 1;
};

std::string host_name();

/// Of all processes, by rank, told by each of them; empty where this one is alone.
std::vector<ProcessPlace> process_places(int threads, const Console& console);

}  // namespace forerun
