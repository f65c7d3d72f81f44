# forerun_kernels(name SOURCES … DEPENDS …): objects of sources that are little but instances of kernels
# (core/base/multiversion.h), which are optimised several times. With FORERUN_KERNELS they are compiled for one instruction
# set in place of three, in two thirds of the time and with the same bits; the program then needs a processor that has it.
# `native` is the newest of the three that this machine has.
set(forerun_kernels_set "${FORERUN_KERNELS}")
if(FORERUN_KERNELS STREQUAL "native")
  set(forerun_kernels_set "")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    execute_process(COMMAND ${CMAKE_CXX_COMPILER} -march=native -dM -E -x c++ /dev/null
                    OUTPUT_VARIABLE macros ERROR_QUIET)
    set(forerun_kernels_set x86-64)
    if(macros MATCHES "__AVX2__" AND macros MATCHES "__FMA__" AND macros MATCHES "__BMI2__")
      set(forerun_kernels_set x86-64-v3)
      if(macros MATCHES "__AVX512BW__" AND macros MATCHES "__AVX512CD__" AND macros MATCHES "__AVX512DQ__" AND
         macros MATCHES "__AVX512VL__")
        set(forerun_kernels_set x86-64-v4)
      endif()
    endif()
  endif()
endif()

function(forerun_kernels name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(${name} OBJECT ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS})
  forerun_compile_options(${name})
  forerun_precompile_headers(${name})
  forerun_unity(${name} 8)
  forerun_position_independent(${name})
  if(forerun_kernels_set)
    target_compile_definitions(${name} PRIVATE "FORERUN_KERNELS=\"${forerun_kernels_set}\"")
  endif()
endfunction()
