// What a run holds is what is said of it. Counts the bytes that are taken from the heap and not yet given back:
// `malloc` and its like are wrapped by the linker (see CMakeLists.txt), `new` is replaced here.

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <new>
#include <string>

#include "core/parareal/parareal.h"
#include "core/parareal/parareal_memory.h"
#include "learning/training/corrector_registry.h"
#include "learning/training/harvesting_trainer.h"

namespace {

std::atomic<long> bytes_held = 0;
std::atomic<long> most_bytes_held = 0;

void count(long bytes) {
  const long held = bytes_held += bytes;
  if (held > most_bytes_held) most_bytes_held = held;
}

long size_of(void* memory) { return memory ? static_cast<long>(::malloc_usable_size(memory)) : 0; }

}  // namespace

extern "C" {

// The linker's --wrap prescribes symbols that are no names for C++.
void* real_malloc(std::size_t size) __asm__("__real_malloc");
void* real_calloc(std::size_t count, std::size_t size) __asm__("__real_calloc");
void* real_realloc(void* memory, std::size_t size) __asm__("__real_realloc");
void real_free(void* memory) __asm__("__real_free");
void* counted_malloc(std::size_t size) __asm__("__wrap_malloc");
void* counted_calloc(std::size_t count, std::size_t size) __asm__("__wrap_calloc");
void* counted_realloc(void* memory, std::size_t size) __asm__("__wrap_realloc");
void counted_free(void* memory) __asm__("__wrap_free");

void* counted_malloc(std::size_t size) {
  void* const memory = real_malloc(size);
  count(size_of(memory));
  return memory;
}

void* counted_calloc(std::size_t count_of, std::size_t size) {
  void* const memory = real_calloc(count_of, size);
  count(size_of(memory));
  return memory;
}

void* counted_realloc(void* memory, std::size_t size) {
  count(-size_of(memory));
  void* const moved = real_realloc(memory, size);
  count(size_of(moved));
  return moved;
}

void counted_free(void* memory) {
  count(-size_of(memory));
  real_free(memory);
}
}

// Not to be inlined, or else the compiler takes `malloc` for no match of `delete`.
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace forerun {
namespace {

/// Says that a slice costs as much as is worth learning about.
class Oscillator final : public Propagator {
 public:
  Oscillator(int steps, double work) : steps_(steps), work_(work) {}
  Index dimension() const override { return 2; }
  double work_per_slice() const override { return work_; }
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    const double h = slice.length() / steps_;
    double x = in[0], y = in[1];
    for (int i = 0; i < steps_; ++i) {
      y -= h * (x + x * x * x);
      x += h * y;
    }
    out << x, y;
  }

 private:
  int steps_;
  double work_;
};

constexpr double kExpensive = 1e6, kCheap = 40.0;

struct Size {
  Index num_slices;
  Index num_iterations;
};

Parameters parameters_of(const CorrectorEntry& entry) {
  Parameters parameters(entry.parameters);
  if (entry.name == "randnet") parameters.set("neurons", std::int64_t{200});  // else it takes its time
  return parameters;
}

/// The peak of a run, less what was held before.
double bytes_of_run(const CorrectorEntry& entry, const Size& size, double fine_work) {
  const long before = bytes_held;
  most_bytes_held = before;
  const TimeGrid grid(0.0, 0.1 * static_cast<double>(size.num_slices), size.num_slices);
  const State initial{{1.0, 0.0}};
  const Oscillator coarse(1, 1.0), fine(10, fine_work);
  PararealOptions options;
  options.tolerance = 0.0;
  options.max_iterations = size.num_iterations;
  const CorrectorContext context{{State::Constant(2, -2.0), State::Constant(2, 2.0)}, 1};
  const auto factory = [&] { return entry.make(parameters_of(entry), context); };
  std::unique_ptr<HarvestingTrainer> trainer;
  if (entry.make) trainer = std::make_unique<HarvestingTrainer>(factory, ProblemSignature{.dimension = 2});
  const auto executor = make_serial_executor();
  const RunRecord record = solve_parareal({grid, initial, coarse, fine, trainer.get()}, options, *executor);
  EXPECT_EQ(record.num_iterations(), size.num_iterations);
  return static_cast<double>(most_bytes_held - before);
}

double bytes_stated(const CorrectorEntry& entry, const Size& size) {
  const auto slices = static_cast<double>(size.num_slices);
  const double samples = slices * static_cast<double>(size.num_iterations);
  const double reserved = parareal_reserved_bytes(slices);  // which the counter takes for memory
  if (!entry.make) return reserved + parareal_bytes(2, slices, false);
  return reserved + HarvestingTrainer::reserved_bytes(size.num_slices, samples) + parareal_bytes(2, slices, true) +
         HarvestingTrainer::bytes(2, slices, samples) + entry.bytes(parameters_of(entry), {2, slices, samples});
}

class MemoryOfARun : public testing::TestWithParam<std::string> {};

TEST_P(MemoryOfARun, IsWithinAFifthOfWhatIsStated) {
  const CorrectorEntry& entry = find_corrector(GetParam());
  const Index few = entry.name == "randnet-local" ? 5'000 : 10'000;  // it looks for the neighbours of all among all
  for (const Size size : {Size{few, 1}, Size{few / 5 * 6, 2}}) {
    const double found = bytes_of_run(entry, size, kExpensive);
    const double stated = bytes_stated(entry, size);
    EXPECT_LT(std::abs(found - stated), 0.2 * stated) << size.num_slices << " slices: " << found << " for " << stated;
  }
}

INSTANTIATE_TEST_SUITE_P(Correctors, MemoryOfARun,
                         testing::Values("classic", "kriging", "krylov", "randnet", "randnet-local", "secant"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::erase(name, '-');
                           return name;
                         });

/// The candidate that serves decides how much is prepared, and is not known beforehand.
TEST(MemoryOfALongRun, OfTheGuardIsNeverMoreThanStated) {
  const CorrectorEntry& entry = find_corrector("auto");
  const Size size{10'000, 2};
  const double found = bytes_of_run(entry, size, kExpensive);
  EXPECT_LT(found, bytes_stated(entry, size));
  EXPECT_GT(found, 0.25 * bytes_stated(entry, size));
}

TEST(MemoryOfALongRun, DoesNotGrowWithItsIterations) {
  const CorrectorEntry& entry = find_corrector("krylov");
  const double of_twelve = bytes_of_run(entry, {20'000, 12}, kExpensive);
  EXPECT_LT(bytes_of_run(entry, {20'000, 24}, kExpensive), 1.05 * of_twelve);
}

TEST(MemoryOfALongRun, OfCheapSlicesIsThatOfClassicParareal) {
  const double of_auto = bytes_of_run(find_corrector("auto"), {50'000, 3}, kCheap);
  EXPECT_LT(of_auto, 1.2 * bytes_of_run(find_corrector("classic"), {50'000, 3}, kCheap));
}

}  // namespace
}  // namespace forerun
