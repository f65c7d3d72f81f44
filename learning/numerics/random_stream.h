#pragma once

#include <cstdint>

#include "core/base/split_mix.h"

namespace forerun {

/// Random numbers as a function: the same (seed, stream, counter) gives the same value on every platform, in any order,
/// on any thread. There is no state to share, to advance or to forget to seed.
///
/// Bits: SplitMix64 (core/base/split_mix.h), its sequence starting at the mixed (seed, stream).
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::uint64_t stream)
      : start_(split_mix(split_mix(seed) + split_mix_step * (stream + 1))) {}

  std::uint64_t bits(std::uint64_t counter) const { return split_mix(start_ + split_mix_step * (counter + 1)); }

  /// Uniform in the open interval (−1, 1): 2⁵² equally spaced values, symmetric about 0, which is not one of them.
  double uniform(std::uint64_t counter) const {
    return (static_cast<double>(bits(counter) >> 12) + 0.5) * 0x1p-51 - 1.0;
  }

  /// −1 or 1, equally likely.
  double sign(std::uint64_t counter) const { return (bits(counter) >> 63) != 0 ? 1.0 : -1.0; }

 private:
  std::uint64_t start_;
};

}  // namespace forerun
