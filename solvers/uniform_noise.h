#pragma once

#include <cstdint>

namespace forerun {

/// A reproducible sequence of numbers, uniform in [0, 1) on a grid of 2^−53: the same on every platform and compiler.
/// Generator: SplitMix64 (Steele, Lea, Flood, Fast splittable pseudorandom number generators, OOPSLA 2014).
class UniformNoise {
 public:
  explicit UniformNoise(std::uint64_t seed) : state_(seed) {}

  double next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    z ^= z >> 31;
    return static_cast<double>(z >> 11) * 0x1p-53;
  }

 private:
  std::uint64_t state_;
};

}  // namespace forerun
