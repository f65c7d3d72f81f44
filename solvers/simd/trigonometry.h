#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "solvers/simd/lanes.h"

namespace forerun {

template <class Scalar>
struct SinCos {
  Scalar sin;
  Scalar cos;
};

namespace trigonometry {

/// The integers that share their bits with a `double` or a `Quad`.
template <class Number>
struct BitsOf {
  using Type = std::int64_t;
};
template <>
struct BitsOf<Quad> {
  using Type = std::int64_t __attribute__((vector_size(32)));
};

/// Beyond this the short reduction below loses digits and the standard library takes over.
inline constexpr double largest_short_argument = 1e5;

/// π/2 in three parts; the first two have 33 bits, so that n times them is exact for n < 2^20.
inline constexpr double half_pi_1 = 0x1.921fb54400000p+0;
inline constexpr double half_pi_2 = 0x1.0b4611a600000p-34;
inline constexpr double half_pi_3 = 0x1.3198a2e037073p-69;

/// sin(r + tail), |r| ≤ π/4: r + r³ P(r²), P the minimax polynomial of degree 5 (error 4e-18).
template <class Number>
FORERUN_INLINE Number sin_near_zero(const Number& r, const Number& tail) {
  const Number z = r * r;
  const Number high = 0x1.111111110f87ap-7 +
                      z * (-0x1.a01a019c119c6p-13 +
                           z * (0x1.71de3577b880ep-19 + z * (-0x1.ae5e663b93a66p-26 + z * 0x1.5d93012ba7144p-33)));
  const Number cubic = z * r * (-0x1.5555555555549p-3 + z * high);
  return r + (cubic + (tail - 0.5 * z * tail));
}

/// cos(r + tail), |r| ≤ π/4: 1 − r²/2 + r⁴ Q(r²), Q the minimax polynomial of degree 5 (error 5e-20). What rounding
/// takes from 1 − r²/2 is put back.
template <class Number>
FORERUN_INLINE Number cos_near_zero(const Number& r, const Number& tail) {
  const Number z = r * r;
  const Number quartic =
      z * z *
      (0x1.555555555554cp-5 +
       z * (-0x1.6c16c16c1517ep-10 +
            z * (0x1.a01a019cb1be8p-16 +
                 z * (-0x1.27e4f809f0c93p-22 + z * (0x1.1ee9ebe9129ddp-29 + z * -0x1.8fae9c5397487p-37)))));
  const Number half = 0.5 * z;
  const Number leading = 1.0 - half;
  return leading + (((1.0 - leading) - half) + (quartic - r * tail));
}

/// Both, for a `double` or a `Quad`; of |x| ≤ `largest_short_argument` only.
template <class Number>
FORERUN_INLINE SinCos<Number> short_sin_cos(const Number& x) {
  using Bits = typename BitsOf<Number>::Type;
  // Adding 1.5 · 2^52 rounds to an integer and leaves it in the low bits.
  constexpr double rounding = 0x1.8p52;
  const Number shifted = x * 0x1.45f306dc9c883p-1 + rounding;
  const Number n = shifted - rounding;
  const Bits quadrant = std::bit_cast<Bits>(shifted);

  const Number first = x - n * half_pi_1;
  const Number second_part = n * half_pi_2;
  const Number second = first - second_part;
  const Number rest = n * half_pi_3 - ((first - second) - second_part);
  const Number r = second - rest;
  const Number tail = (second - r) - rest;

  const Number s = sin_near_zero(r, tail);
  const Number c = cos_near_zero(r, tail);
  const auto is_odd = (quadrant & 1) != 0;
  const Number sine = is_odd ? c : s;
  const Number cosine = is_odd ? s : c;
  return {((quadrant & 2) != 0) ? -sine : sine, (((quadrant + 1) & 2) != 0) ? -cosine : cosine};
}

/// Not zero in lanes whose argument is too long.
FORERUN_INLINE Quad is_long(const Quad& x) {
  const auto is_short = x * x <= largest_short_argument * largest_short_argument;
  return is_short ? Quad{} : broadcast<Quad>(1.0);
}
FORERUN_INLINE bool any(const Quad& x) { return x[0] + x[1] + x[2] + x[3] != 0.0; }

}  // namespace trigonometry

/// sin x and cos x for a `double`, a `Quad` or `Lanes`, with the same bits in each.
///
/// x = n π/2 + r with the nearest integer n (reduction by Cody and Waite in three parts, remainder in two words), then
/// a polynomial in r and a choice by n mod 4; no branches, so it runs in SIMD lanes. Arguments beyond 10⁵ and
/// non-finite ones are left to the standard library. Error below one unit in the last place. Deterministic. Source:
/// Cody, Waite, Software Manual for the Elementary Functions (1980), ch. 8.
FORERUN_INLINE SinCos<double> sin_cos(double x) {
  if (!(std::abs(x) <= trigonometry::largest_short_argument)) [[unlikely]]
    return {std::sin(x), std::cos(x)};
  return trigonometry::short_sin_cos(x);
}

namespace trigonometry {

template <class Scalar>
[[gnu::noinline, gnu::cold]] SinCos<Scalar> one_by_one(const Scalar& x) {
  return {each_lane(x, [](double y) { return sin_cos(y).sin; }), each_lane(x, [](double y) { return sin_cos(y).cos; })};
}

}  // namespace trigonometry

FORERUN_INLINE SinCos<Quad> sin_cos(const Quad& x) {
  if (trigonometry::any(trigonometry::is_long(x))) [[unlikely]]
    return trigonometry::one_by_one(x);
  return trigonometry::short_sin_cos(x);
}

FORERUN_INLINE SinCos<Lanes> sin_cos(const Lanes& x) {
  SinCos<Lanes> result;
  Quad num_long{};  // one look for all: taking lanes out one by one would cost more than sine and cosine
  for (std::size_t q = 0; q < Lanes::num_quads; ++q) {
    const SinCos<Quad> part = trigonometry::short_sin_cos(x.quads[q]);
    result.sin.quads[q] = part.sin;
    result.cos.quads[q] = part.cos;
    num_long += trigonometry::is_long(x.quads[q]);
  }
  if (trigonometry::any(num_long)) [[unlikely]]
    result = trigonometry::one_by_one(x);
  return result;
}

}  // namespace forerun
