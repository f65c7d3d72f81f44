#pragma once

#include <cstddef>
#include <type_traits>

#include "core/base/multiversion.h"
#include "core/base/state.h"

// How quads are passed to functions depends on the instruction set; everything that takes or returns them is inlined.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace forerun {

/// Four numbers in one SIMD register (two on machines with narrower ones), one of each of four time slices: the
/// compiler's vector type, with + − * / among quads and with a double. Wider ones would do no better where they fit
/// and are taken apart in memory where they do not.
using Quad = double __attribute__((vector_size(32)));

/// Sixteen numbers that go through the same arithmetic, one of each of sixteen time slices.
///
/// A small system of ODEs keeps no SIMD unit busy and waits for the latency of every operation; sixteen slices of it,
/// one a lane, do neither: each operation becomes four that do not wait for each other. Every one is IEEE arithmetic
/// lane by lane, so a lane holds the very bits that the scalar computation gives.
struct Lanes {
  static constexpr std::size_t num_quads = 4;

  Quad quads[num_quads];
};

/// How many slices a scalar advances at once.
template <class Scalar>
inline constexpr Index num_lanes = 1;
template <>
inline constexpr Index num_lanes<Quad> = 4;
template <>
inline constexpr Index num_lanes<Lanes> = 16;

FORERUN_INLINE double lane(const Quad& x, Index i) { return x[i]; }
FORERUN_INLINE double lane(const Lanes& x, Index i) { return x.quads[i / num_lanes<Quad>][i % num_lanes<Quad>]; }
FORERUN_INLINE void set_lane(Quad& x, Index i, double value) { x[i] = value; }
FORERUN_INLINE void set_lane(Lanes& x, Index i, double value) {
  x.quads[i / num_lanes<Quad>][i % num_lanes<Quad>] = value;
}

namespace lanes {

FORERUN_INLINE double part(double x, std::size_t /*quad*/) { return x; }
FORERUN_INLINE const Quad& part(const Lanes& x, std::size_t quad) { return x.quads[quad]; }

template <class A, class B>
concept Operands = (std::is_same_v<A, Lanes> && (std::is_same_v<B, Lanes> || std::is_same_v<B, double>)) ||
                   (std::is_same_v<A, double> && std::is_same_v<B, Lanes>);

}  // namespace lanes

template <class A, class B>
requires lanes::Operands<A, B> FORERUN_INLINE Lanes operator+(const A& a, const B& b) {
  Lanes result;
  for (std::size_t q = 0; q < Lanes::num_quads; ++q) result.quads[q] = lanes::part(a, q) + lanes::part(b, q);
  return result;
}

template <class A, class B>
requires lanes::Operands<A, B> FORERUN_INLINE Lanes operator-(const A& a, const B& b) {
  Lanes result;
  for (std::size_t q = 0; q < Lanes::num_quads; ++q) result.quads[q] = lanes::part(a, q) - lanes::part(b, q);
  return result;
}

template <class A, class B>
requires lanes::Operands<A, B> FORERUN_INLINE Lanes operator*(const A& a, const B& b) {
  Lanes result;
  for (std::size_t q = 0; q < Lanes::num_quads; ++q) result.quads[q] = lanes::part(a, q) * lanes::part(b, q);
  return result;
}

template <class A, class B>
requires lanes::Operands<A, B> FORERUN_INLINE Lanes operator/(const A& a, const B& b) {
  Lanes result;
  for (std::size_t q = 0; q < Lanes::num_quads; ++q) result.quads[q] = lanes::part(a, q) / lanes::part(b, q);
  return result;
}

FORERUN_INLINE Lanes operator-(const Lanes& a) {
  Lanes result;
  for (std::size_t q = 0; q < Lanes::num_quads; ++q) result.quads[q] = -a.quads[q];
  return result;
}

/// function(x) lane by lane: for what has no form of its own for lanes.
template <class Scalar, class Function>
FORERUN_INLINE Scalar each_lane(const Scalar& x, const Function& function) {
  if constexpr (num_lanes<Scalar> == 1) {
    return function(x);
  } else {
    Scalar result = x;
    for (Index i = 0; i < num_lanes<Scalar>; ++i) set_lane(result, i, function(lane(x, i)));
    return result;
  }
}

/// A scalar of any kind with the same value everywhere.
template <class Scalar>
FORERUN_INLINE Scalar broadcast(double value) {
  if constexpr (std::is_same_v<Scalar, Quad>) {
    return value - Quad{};
  } else if constexpr (std::is_same_v<Scalar, Lanes>) {
    Lanes result;
    for (Quad& quad : result.quads) quad = broadcast<Quad>(value);
    return result;
  } else {
    return Scalar(value);
  }
}

}  // namespace forerun
