# The C++ example of a page is, to the letter, the program that the consumer test compiles and runs.
cmake_minimum_required(VERSION 3.25)

file(READ ${PAGE} page)
file(READ ${EXAMPLE} example)
string(FIND "${page}" "```cpp\n${example}```" place)
if(place EQUAL -1)
  message(FATAL_ERROR "${PAGE} does not show ${EXAMPLE}")
endif()
