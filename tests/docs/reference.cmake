# docs/reference.md is what `forerun man --markdown` prints.
cmake_minimum_required(VERSION 3.25)

execute_process(COMMAND ${PROGRAM} man --markdown OUTPUT_VARIABLE generated COMMAND_ERROR_IS_FATAL ANY)
file(READ ${PAGE} page)
if(NOT page STREQUAL generated)
  message(FATAL_ERROR "${PAGE} is not what the program generates now. Renew it:\n  ${PROGRAM} man --markdown > ${PAGE}")
endif()
