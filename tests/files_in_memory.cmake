# ctest reads this before it starts tests. What writes files waits for the disk, so that they survive a power failure, and
# a suite writes thousands: they go to memory where there is a file system in it that has room for them.
if(NOT DEFINED ENV{TMPDIR} AND IS_DIRECTORY /dev/shm)
  execute_process(COMMAND df --output=avail --block-size=1M /dev/shm OUTPUT_VARIABLE room ERROR_QUIET)
  if(room MATCHES "([0-9]+)[ \n]*$" AND CMAKE_MATCH_1 GREATER 2000)
    set(ENV{TMPDIR} /dev/shm)
  endif()
endif()
