#include "solvers/equations/thread_scratch.h"

#include <cstdint>

namespace forerun {

double* on_cache_line(std::vector<double>& memory, Index size) {
  constexpr std::size_t doubles_per_line = 8;
  const std::size_t needed = static_cast<std::size_t>(size) + doubles_per_line;
  if (memory.size() < needed) memory.resize(needed);
  const std::size_t misplaced = reinterpret_cast<std::uintptr_t>(memory.data()) / sizeof(double) % doubles_per_line;
  return memory.data() + (doubles_per_line - misplaced) % doubles_per_line;
}

double* thread_scratch(Index size) {
  thread_local std::vector<double> memory;
  return on_cache_line(memory, size);
}

}  // namespace forerun
