# How every target of this project is built.

# A build without a type would be an unoptimised one, which nobody asks for by saying nothing.
if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

# forerun_compile_options(target): what every target of this project is compiled with.
#
# Floating-point contraction is off so that a formula gives the same bits whether it runs as scalar, in SIMD lanes, or on
# another instruction set: the exactness laws compare such results with ==.
function(forerun_compile_options target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -ffp-contract=off)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 warns of overlapping copies in every `"text" + string` (its bug 105651).
    target_compile_options(${target} PRIVATE -Wno-restrict)
  endif()
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    # Loops of SIMD lanes are marked to be vectorised; where sanitizers are in the way they are not, and that is no defect.
    target_compile_options(${target} PRIVATE -Wno-pass-failed)
  endif()
  if(FORERUN_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(FORERUN_ARCH)
    # Public: Eigen's alignment depends on the instruction set, so all users must agree on it.
    target_compile_options(${target} PUBLIC -march=${FORERUN_ARCH})
  endif()
  if(FORERUN_SANITIZE)
    target_compile_options(${target} PUBLIC
      -fsanitize=${FORERUN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${FORERUN_SANITIZE})
    target_compile_definitions(${target} PUBLIC FORERUN_NO_MULTIVERSIONING)
  endif()
endfunction()

# forerun_precompile_headers(target [headers …]): what nearly every source of the target includes is read once, which is a
# third to a half of compiling a source of ours. For targets of many sources; those of the libraries share it. Sources include what they use all the same:
# with CMAKE_DISABLE_PRECOMPILE_HEADERS they must compile, too.
function(forerun_precompile_headers target)
  if(CMAKE_DISABLE_PRECOMPILE_HEADERS OR NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    return()
  endif()
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # The same bug 105651, in words that are not said of system headers unless they are precompiled.
    target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
  endif()
  if(NOT ARGN AND NOT target STREQUAL forerun_core)
    target_precompile_headers(${target} REUSE_FROM forerun_core)  # five seconds of one processor each
    return()
  endif()
  target_precompile_headers(${target} PRIVATE <Eigen/Core> <algorithm> <chrono> <filesystem> <functional> <map> <memory>
    <mutex> <optional> <span> <sstream> <stop_token> <string> <thread> <variant> <vector> ${ARGN})
endfunction()

# forerun_unity(target [batch]): with FORERUN_UNITY its sources are compiled several at a time. Each is still a file that
# compiles alone, and what it keeps in an unnamed namespace has a name that no other source of the target uses.
#
# Headers and templates cost more than most sources themselves: 45 at a time take about half the processor time of 8, and
# up to 2.2 GB of memory a compiler. With more processors than batches smaller ones end sooner.
function(forerun_unity target)
  if(NOT FORERUN_UNITY)
    return()
  endif()
  set(batch ${FORERUN_UNITY_BATCH})
  if(ARGN)
    set(batch ${ARGN})
  elseif(NOT batch)
    cmake_host_system_information(RESULT processors QUERY NUMBER_OF_LOGICAL_CORES)
    set(batch 45)
    if(processors GREATER 8)
      set(batch 15)
    endif()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${batch})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Classes with members of types from unnamed namespaces: harmless in a source, and GCC takes joined sources for headers.
    # And what a variable of one source shadows in another one is not in scope there (preset `develop` looks at all).
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage -Wno-shadow -Wshadow=local)
  endif()
endfunction()

# forerun_position_independent(target): what the Python module links goes into a shared object. No other library replaces
# its functions, so they are inlined and called as in a program.
function(forerun_position_independent target)
  if(FORERUN_BUILD_PYTHON)
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    target_compile_options(${target} PRIVATE -fno-semantic-interposition)
  endif()
endfunction()

# forerun_package_options(target): what users of the installed package must compile with.
#
# Headers contain kernels, which must not be contracted there either. And Eigen allocates as the instruction set wants it,
# while one side frees what the other has allocated: users of the portable build, who may compile for their own processor,
# allocate as it does, by plain malloc where no sanitizer is used. (With FORERUN_ARCH they get the instruction set itself.)
function(forerun_package_options target)
  target_compile_options(${target} INTERFACE $<INSTALL_INTERFACE:-ffp-contract=off>)
  if(NOT FORERUN_ARCH)
    target_compile_definitions(${target} INTERFACE $<INSTALL_INTERFACE:EIGEN_MAX_ALIGN_BYTES=16>)
    if(NOT FORERUN_SANITIZE)
      target_compile_definitions(${target} INTERFACE $<INSTALL_INTERFACE:EIGEN_MALLOC_ALREADY_ALIGNED=1>)
    endif()
  endif()
endfunction()

# forerun_library(name SOURCES … [DEPENDS …] [PRIVATE_DEPENDS …] [BUILD_DEPENDS …]): one library a folder, exported as
# Forerun::name. DEPENDS show in headers, PRIVATE_DEPENDS are only linked, BUILD_DEPENDS (header-only, used in .cc files)
# leave no trace in the installed package.
function(forerun_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS;BUILD_DEPENDS" ${ARGN})
  add_library(forerun_${name} STATIC ${ARG_SOURCES})
  add_library(Forerun::${name} ALIAS forerun_${name})
  set_target_properties(forerun_${name} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(forerun_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/forerun>)
  target_link_libraries(forerun_${name} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE_DEPENDS})
  if(ARG_BUILD_DEPENDS)
    target_link_libraries(forerun_${name} PRIVATE "$<BUILD_INTERFACE:${ARG_BUILD_DEPENDS}>")
  endif()
  forerun_compile_options(forerun_${name})
  list(LENGTH ARG_SOURCES num_sources)
  if(num_sources GREATER 10)
    forerun_precompile_headers(forerun_${name})
    forerun_unity(forerun_${name})
  endif()
  forerun_position_independent(forerun_${name})
  forerun_package_options(forerun_${name})
endfunction()
