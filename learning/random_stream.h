#pragma once

#include <cstdint>

namespace forerun {

/// Random numbers as a function: the same (seed, stream, counter) gives the same value on every platform, in any order,
/// on any thread. There is no state to share, to advance or to forget to seed.
///
/// Bits: the SplitMix64 output function applied to a Weyl sequence that starts at the mixed (seed, stream).
/// Source: Steele, Lea, Flood (2014), Fast splittable pseudorandom number generators; constants of Stafford's mix 13.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::uint64_t stream) : start_(mix(mix(seed) + kGolden * (stream + 1))) {}

  std::uint64_t bits(std::uint64_t counter) const { return mix(start_ + kGolden * (counter + 1)); }

  /// Uniform in the open interval (−1, 1): 2⁵² equally spaced values, symmetric about 0, which is not one of them.
  double uniform(std::uint64_t counter) const {
    return (static_cast<double>(bits(counter) >> 12) + 0.5) * 0x1p-51 - 1.0;
  }

  /// −1 or 1, equally likely.
  double sign(std::uint64_t counter) const { return (bits(counter) >> 63) != 0 ? 1.0 : -1.0; }

 private:
  static constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15ULL;

  static constexpr std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  std::uint64_t start_;
};

}  // namespace forerun
