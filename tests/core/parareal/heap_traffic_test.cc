// Counts what is taken from the heap: `malloc` and its like are wrapped by the linker (see CMakeLists.txt), `new` is
// replaced here.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "core/parareal/parareal.h"
#include "tests/core/test_problems.h"

namespace {

std::atomic<long> num_allocations = 0;

}  // namespace

extern "C" {

// The linker's --wrap prescribes symbols that are no names for C++.
void* real_malloc(std::size_t size) __asm__("__real_malloc");
void* real_calloc(std::size_t count, std::size_t size) __asm__("__real_calloc");
void* real_realloc(void* memory, std::size_t size) __asm__("__real_realloc");
void* counted_malloc(std::size_t size) __asm__("__wrap_malloc");
void* counted_calloc(std::size_t count, std::size_t size) __asm__("__wrap_calloc");
void* counted_realloc(void* memory, std::size_t size) __asm__("__wrap_realloc");

void* counted_malloc(std::size_t size) {
  ++num_allocations;
  return real_malloc(size);
}

void* counted_calloc(std::size_t count, std::size_t size) {
  ++num_allocations;
  return real_calloc(count, size);
}

void* counted_realloc(void* memory, std::size_t size) {
  ++num_allocations;
  return real_realloc(memory, size);
}
}

void* operator new(std::size_t size) {
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace forerun {
namespace {

long allocations_of_a_run(Index num_slices, Index num_iterations, StoppingRule rule) {
  const TimeGrid grid(0.0, 6.0, num_slices);
  const State initial = testing::vector({1.0, -0.5});
  const auto coarse = testing::nonlinear_pair(1);
  const auto fine = testing::nonlinear_pair(20);
  PararealOptions options;
  options.tolerance = 0.0;
  options.stopping = rule;
  options.max_iterations = num_iterations;
  const auto executor = make_serial_executor();
  const long before = num_allocations;
  solve_parareal({grid, initial, coarse, fine}, options, *executor);
  return num_allocations - before;
}

TEST(HeapTraffic, IsSeenByTheCounter) {
  const long before = num_allocations;
  const State state = State::Zero(100);
  const volatile double* const kept = state.data();  // else the compiler might do without the memory
  EXPECT_EQ(*kept, 0.0);
  EXPECT_EQ(num_allocations, before + 1);
}

TEST(HeapTraffic, OfAnIterationDoesNotGrowWithTheSlices) {
  allocations_of_a_run(8, 2, StoppingRule::estimate);  // what a thread takes once
  for (const StoppingRule rule : {StoppingRule::published, StoppingRule::estimate}) {
    const auto of_eight_iterations = [&](Index num_slices) {
      return allocations_of_a_run(num_slices, 16, rule) - allocations_of_a_run(num_slices, 8, rule);
    };
    EXPECT_EQ(of_eight_iterations(1024), of_eight_iterations(64));
    EXPECT_LT(of_eight_iterations(64), 8 * 16);
  }
}

}  // namespace
}  // namespace forerun
