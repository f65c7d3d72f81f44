#pragma once

#include <cstdint>

#include "core/base/split_mix.h"

namespace forerun {

/// A reproducible sequence of numbers, uniform in [0, 1) on a grid of 2^−53: the same on every platform and compiler.
/// Generator: SplitMix64 (core/base/split_mix.h).
class UniformNoise {
 public:
  explicit UniformNoise(std::uint64_t seed) : state_(seed) {}

  double next() {
    state_ += split_mix_step;
    return static_cast<double>(split_mix(state_) >> 11) * 0x1p-53;
  }

 private:
  std::uint64_t state_;
};

}  // namespace forerun
