#pragma once

#include <cstdint>

namespace forerun {

/// SplitMix64: number k of the sequence that starts at `seed` is split_mix(seed + (k + 1) · split_mix_step), modulo
/// 2⁶⁴; the same on every platform. Source: Steele, Lea, Flood (2014), Fast splittable pseudorandom number generators;
/// constants of Stafford's mix 13.
inline constexpr std::uint64_t split_mix_step = 0x9e3779b97f4a7c15U;  // 2⁶⁴ ÷ golden ratio, odd

constexpr std::uint64_t split_mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

}  // namespace forerun
