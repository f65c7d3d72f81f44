# cmake -DROOT=<source tree> -P layering.cmake
#
# Which folder may include what. The direction of dependencies is the architecture; this script is what holds it:
#
#   apps ──> learning ──> core
#     └────> solvers ───> core
#
# and, within core, base <── {execution, files <── record} <── propagation <── parareal <── mgrit, and
# base <── {sdc, features}; pfasst stands on sdc and parareal.
#
# What is not allowed here is refused, with file and line.
cmake_minimum_required(VERSION 3.25)

# Headers without a slash or a suffix are the standard library's; those of POSIX are named.
set(standard "<[a-z0-9_]+>|<(fcntl|unistd|signal|sys/[a-z]+)\\.h>")
set(eigen "<Eigen/[A-Za-z]+>")

set(allowed_core "\"core/|${eigen}|${standard}")
set(allowed_learning "\"(core|learning)/|${eigen}|${standard}")
set(allowed_solvers "\"(core|solvers)/|${eigen}|${standard}")
set(console_libraries "<(spdlog|nlohmann|toml\\+\\+|benchmark)/|<cxxopts\\.hpp>")
set(allowed_apps "\"(core|learning|solvers|apps)/|${eigen}|${standard}|${console_libraries}")

# The rooms of core; those of the other folders know each other.
set(rooms_core_base "base")
set(rooms_core_features "base|features")
set(rooms_core_execution "base|execution")
set(rooms_core_files "base|files")
set(rooms_core_record "base|files|record")
set(rooms_core_propagation "base|record|propagation")
set(rooms_core_parareal "base|execution|files|record|propagation|parareal")
set(rooms_core_paraexp "base|execution|record|propagation|paraexp")
set(rooms_core_sdc "base|sdc")
set(rooms_core_pfasst "base|execution|record|propagation|parareal|sdc|pfasst")
set(rooms_core_mgrit "base|execution|files|record|propagation|parareal|mgrit")

# The Python module alone knows Python.
set(binding "<pybind11/")

# Single files that alone may know a library.
set(allowed_core_files_digest.cc "<xxhash\\.h>")
set(allowed_core_execution_tbb_executor.cc "<(oneapi/)?tbb/")
set(allowed_core_execution_mpi_processes.cc "<mpi\\.h>")
set(allowed_learning_files_json_syntax.cc "<nlohmann/")
set(allowed_learning_files_tensor_header.cc "<nlohmann/")
set(allowed_solvers_external_library_propagator.cc "<dlfcn\\.h>")
foreach(file newton_system.h newton_system.cc sundials_propagators.cc)
  set(allowed_solvers_integrators_sundials_${file} "<(sundials|cvode|arkode|nvector|sunnonlinsol)/")
endforeach()
foreach(file dense_exponential.cc krylov_exponential.cc)
  set(allowed_solvers_integrators_exponential_${file} "<unsupported/Eigen/MatrixFunctions>")
endforeach()
set(allowed_apps_forerun_forerun_main.cc "<malloc\\.h>")

# No library prints: what a run has to say is in its record.
set(console "<(iostream|print)>")

set(violations "")
set(num_includes 0)
foreach(folder core learning solvers apps)
  file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/${folder}/*.h ${ROOT}/${folder}/*.cc)
  foreach(file IN LISTS files)
    string(REPLACE "/" "_" exception "allowed_${file}")
    cmake_path(GET file PARENT_PATH directory)
    string(REPLACE "/" "_" room "rooms_${directory}")
    file(READ ${ROOT}/${file} text)
    # A CMake list must survive what C++ text contains.
    string(REGEX REPLACE "[][;\\]" " " text "${text}")
    string(REPLACE "\n" ";" lines "${text}")
    set(number 0)
    foreach(line IN LISTS lines)
      math(EXPR number "${number} + 1")
      if(NOT line MATCHES "^[ \t]*#[ \t]*include[ \t]*([<\"].*)$")
        continue()
      endif()
      math(EXPR num_includes "${num_includes} + 1")
      set(include "${CMAKE_MATCH_1}")
      if(DEFINED ${room} AND include MATCHES "^\"core/" AND NOT include MATCHES "^\"core/(${${room}})/")
        list(APPEND violations "${file}:${number}: ${directory} may not include ${include}")
        continue()
      endif()
      if(file MATCHES "^apps/python/" AND include MATCHES "^${binding}")
        continue()
      endif()
      if((DEFINED ${exception} AND include MATCHES "^(${${exception}})")
         OR (include MATCHES "^(${allowed_${folder}})" AND (folder STREQUAL "apps" OR NOT include MATCHES "^${console}")))
        continue()
      endif()
      list(APPEND violations "${file}:${number}: ${folder} may not include ${include}")
    endforeach()
  endforeach()
endforeach()

if(num_includes EQUAL 0)
  message(FATAL_ERROR "no includes found under ${ROOT}")
endif()
if(violations)
  list(JOIN violations "\n" violations)
  message(FATAL_ERROR "${violations}")
endif()
message(STATUS "${num_includes} includes follow the layers")
