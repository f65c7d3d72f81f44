#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "core/state.h"
#include "solvers/multiversion.h"

// How lanes are passed to functions depends on the instruction set; everything that takes or returns them is inlined.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace forerun {

/// Eight numbers that go through the same arithmetic, one of each of eight time slices.
///
/// A small system of ODEs keeps no SIMD unit busy and waits for the latency of every operation; eight slices of it, one
/// a lane, do neither. The compiler's vector type provides + − * / among lanes and with a double; x[j] is lane j. On
/// machines with narrower registers it becomes several of them. Every operation is IEEE arithmetic lane by lane, so a
/// lane holds the very bits that the scalar computation gives.
///
/// Arrays of lanes are declared alignas(sizeof(Scalar)): the type's own alignment depends on the instruction set, and a
/// kernel for a newer one relies on its own.
using Lanes = double __attribute__((vector_size(64)));

inline constexpr Index num_lanes = 8;

/// The integers that share their bits with a `double` or with `Lanes`.
template <class Scalar>
struct BitsOf {
  using Type = std::int64_t;
};
template <>
struct BitsOf<Lanes> {
  using Type = std::int64_t __attribute__((vector_size(64)));
};

/// A scalar of either kind with the same value everywhere.
template <class Scalar>
FORERUN_INLINE Scalar broadcast(double value) {
  if constexpr (std::is_same_v<Scalar, Lanes>) {
    return value - Lanes{};
  } else {
    return Scalar(value);
  }
}

}  // namespace forerun
