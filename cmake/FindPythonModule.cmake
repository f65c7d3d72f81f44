# The Python module (optional): FORERUN_BUILD_PYTHON is true where it is built. AUTO builds it where pybind11, numpy and the
# headers of Python are found; ON says what is missing. A sanitizer's runtime would have to be there before Python is.
set(FORERUN_PYTHON AUTO CACHE STRING "Build the Python module: AUTO (where pybind11 and numpy are found), ON or OFF")
set_property(CACHE FORERUN_PYTHON PROPERTY STRINGS AUTO ON OFF)

set(FORERUN_BUILD_PYTHON OFF)
if(FORERUN_PYTHON STREQUAL "AUTO" AND FORERUN_BUILD_APPS AND NOT FORERUN_SANITIZE)
  set(required QUIET)
elseif(FORERUN_PYTHON AND NOT FORERUN_PYTHON STREQUAL "AUTO")
  if(NOT FORERUN_BUILD_APPS)
    message(FATAL_ERROR "FORERUN_PYTHON: the module reads configurations as the command line does, and needs "
                        "FORERUN_BUILD_APPS")
  endif()
  set(required REQUIRED)
else()
  return()
endif()

set(PYBIND11_NOPYTHON ON)  # which Python is asked here
find_package(pybind11 2.10 ${required} CONFIG)
if(pybind11_FOUND)
  # The Python that pybind11 was installed for, which need not be the first on the path.
  if(NOT Python_ROOT_DIR)
    cmake_path(GET pybind11_INCLUDE_DIR PARENT_PATH Python_ROOT_DIR)
  endif()
  find_package(Python 3.8 ${required} COMPONENTS Interpreter Development.Module NumPy)
  if(Python_FOUND)
    set(FORERUN_BUILD_PYTHON ON)
  endif()
endif()
