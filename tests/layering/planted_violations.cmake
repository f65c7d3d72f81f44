# cmake -DSCRATCH=<empty directory> -P planted_violations.cmake
#
# layering.cmake refuses each include planted here, and names its place, and accepts the same file without it.
cmake_minimum_required(VERSION 3.25)

set(rules ${CMAKE_CURRENT_LIST_DIR}/layering.cmake)

# run_rules(result output): the rules on the scratch tree.
function(run_rules result output)
  execute_process(COMMAND ${CMAKE_COMMAND} -DROOT=${SCRATCH} -P ${rules}
                  RESULT_VARIABLE status OUTPUT_VARIABLE out ERROR_VARIABLE out)
  set(${result} ${status} PARENT_SCOPE)
  set(${output} "${out}" PARENT_SCOPE)
endfunction()

# expect_refused(file include): a tree of that one file is fine until it contains the include.
function(expect_refused file include)
  file(REMOVE_RECURSE ${SCRATCH})
  file(WRITE ${SCRATCH}/${file} "#pragma once\n\n#include <vector>\n")
  run_rules(status output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "refused without reason: ${file}\n${output}")
  endif()
  file(APPEND ${SCRATCH}/${file} "#include ${include}\n")
  run_rules(status output)
  string(FIND "${output}" "${file}:4:" place)
  if(status EQUAL 0 OR place EQUAL -1)
    message(FATAL_ERROR "not refused, or not at its place: ${file} with ${include}\n${output}")
  endif()
endfunction()

expect_refused(core/grid.h [["learning/training/harvest.h"]])
expect_refused(core/grid.h [["solvers/equations/ode_problem.h"]])
expect_refused(core/grid.h [["apps/forerun/config/config.h"]])
expect_refused(core/grid.cc [[<tbb/parallel_for.h>]])
expect_refused(core/base/grid.h [["core/record/run_record.h"]])
expect_refused(core/record/record.cc [["core/parareal/parareal.h"]])
expect_refused(core/propagation/serial.cc [["core/execution/slice_executor.h"]])
expect_refused(core/parareal/parareal.cc [["core/mgrit/time_level.h"]])
expect_refused(core/execution/tbb_executor.cc [[<spdlog/spdlog.h>]])
expect_refused(core/grid.cc [[<iostream>]])
expect_refused(learning/numerics/readout.h [["solvers/equations/ode_problem.h"]])
expect_refused(learning/numerics/readout.cc [[<nlohmann/json.hpp>]])
expect_refused(learning/files/model_file.cc [[<tbb/task_arena.h>]])
expect_refused(solvers/grid.h [["learning/training/harvest.h"]])
expect_refused(solvers/equations/problems/heat.cc [["apps/forerun/config/config.h"]])
expect_refused(solvers/grid.cc [[<cxxopts.hpp>]])
expect_refused(apps/forerun/main.cc [[<tbb/task_arena.h>]])
expect_refused(apps/forerun/run/solve.cc [[<pybind11/pybind11.h>]])
expect_refused(core/base/arrays.h [[<pybind11/numpy.h>]])
expect_refused(apps/forerun/main.cc [["tests/layering/x.h"]])
file(REMOVE_RECURSE ${SCRATCH})
