# Installs the build into an empty prefix, builds a project of its own against it and runs its programs. The prefix is
# moved before it is used: a package that remembers where it was installed, or where it was built, fails here. So does one
# that cannot be used from code compiled for this very processor.
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE ${SCRATCH})

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${output}")
  endif()
  message(STATUS "${output}")
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${SCRATCH}/installed --config ${BUILD_TYPE})
file(RENAME ${SCRATCH}/installed ${SCRATCH}/moved)

run(${CMAKE_COMMAND} -S ${CONSUMER} -B ${SCRATCH}/build -G ${GENERATOR}
    -DCMAKE_PREFIX_PATH=${SCRATCH}/moved -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
    -DCMAKE_BUILD_TYPE=${BUILD_TYPE} -DCMAKE_CXX_FLAGS=-march=native -DWITH_CLI=${WITH_CLI})
run(${CMAKE_COMMAND} --build ${SCRATCH}/build --config ${BUILD_TYPE})
run(${CMAKE_CTEST_COMMAND} --test-dir ${SCRATCH}/build -C ${BUILD_TYPE} --output-on-failure --no-tests=error)

if(EXISTS ${SCRATCH}/moved/bin/forerun)
  run(${SCRATCH}/moved/bin/forerun --version)
endif()
file(REMOVE_RECURSE ${SCRATCH})
