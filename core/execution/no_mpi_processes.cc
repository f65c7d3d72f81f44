// In place of mpi_processes.cc where there is no MPI.
#include <cstdlib>
#include <stdexcept>

#include "core/execution/mpi_processes.h"

namespace forerun {

std::unique_ptr<MpiProcesses> begin_mpi_processes() {
  for (const char* const name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}) {
    const char* const size = std::getenv(name);
    if (size != nullptr && std::atoi(size) > 1) {
      throw std::runtime_error(std::string("started as one of ") + size +
                               " processes, but built without MPI: each would do the whole run");
    }
  }
  return nullptr;
}

std::string mpi_version() { return ""; }

}  // namespace forerun
