# MPI (optional): sets MPI_C_FOUND, MPI_C_LIBRARIES and MPI_C_INCLUDE_DIRS where a run may be shared by processes.
option(FORERUN_MPI "Let processes share a run where MPI is installed" ON)

set(MPI_C_FOUND FALSE)
if(FORERUN_MPI)
  enable_language(C)
  find_package(MPI QUIET COMPONENTS C)
endif()
