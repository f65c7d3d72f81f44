# cmake -D SOURCE=… -D OUTPUT=… -P revision.cmake: writes the revision of the sources, as git has it, into a C++ file. Runs
# with every build, and leaves a file that says the same already as it is.
set(revision unknown)
find_program(GIT git)
if(GIT AND EXISTS ${SOURCE}/.git)
  execute_process(COMMAND ${GIT} -C ${SOURCE} rev-parse --short=12 HEAD
                  OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(revision ${found})
    execute_process(COMMAND ${GIT} -C ${SOURCE} diff-index --quiet HEAD -- ERROR_QUIET RESULT_VARIABLE has_changes)
    if(has_changes)
      string(APPEND revision "+changes")
    endif()
  endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT [[#include "apps/forerun/cli/build.h"

namespace forerun::build {

const char* const revision = "@revision@";

}  // namespace forerun::build
]] @ONLY)
