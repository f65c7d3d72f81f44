#pragma once

#include <bit>
#include <cmath>

#include "solvers/lanes.h"

namespace forerun {

template <class Scalar>
struct SinCos {
  Scalar sin;
  Scalar cos;
};

namespace trigonometry {

/// Beyond this the short reduction below loses digits and the standard library takes over.
inline constexpr double largest_short_argument = 1e5;

/// π/2 in three parts; the first two have 33 bits, so that n times them is exact for n < 2^20.
inline constexpr double half_pi_1 = 0x1.921fb54400000p+0;
inline constexpr double half_pi_2 = 0x1.0b4611a600000p-34;
inline constexpr double half_pi_3 = 0x1.3198a2e037073p-69;

/// sin(r + tail), |r| ≤ π/4: r + r³ P(r²), P the minimax polynomial of degree 5 (error 4e-18).
template <class Scalar>
FORERUN_INLINE Scalar sin_near_zero(const Scalar& r, const Scalar& tail) {
  const Scalar z = r * r;
  const Scalar high = 0x1.111111110f87ap-7 +
                      z * (-0x1.a01a019c119c6p-13 +
                           z * (0x1.71de3577b880ep-19 + z * (-0x1.ae5e663b93a66p-26 + z * 0x1.5d93012ba7144p-33)));
  const Scalar cubic = z * r * (-0x1.5555555555549p-3 + z * high);
  return r + (cubic + (tail - 0.5 * z * tail));
}

/// cos(r + tail), |r| ≤ π/4: 1 − r²/2 + r⁴ Q(r²), Q the minimax polynomial of degree 5 (error 5e-20). What rounding
/// takes from 1 − r²/2 is put back.
template <class Scalar>
FORERUN_INLINE Scalar cos_near_zero(const Scalar& r, const Scalar& tail) {
  const Scalar z = r * r;
  const Scalar quartic =
      z * z *
      (0x1.555555555554cp-5 +
       z * (-0x1.6c16c16c1517ep-10 +
            z * (0x1.a01a019cb1be8p-16 +
                 z * (-0x1.27e4f809f0c93p-22 + z * (0x1.1ee9ebe9129ddp-29 + z * -0x1.8fae9c5397487p-37)))));
  const Scalar half = 0.5 * z;
  const Scalar leading = 1.0 - half;
  return leading + (((1.0 - leading) - half) + (quartic - r * tail));
}

}  // namespace trigonometry

/// sin x and cos x for a `double` or for each of eight `Lanes`, with the same bits in both.
///
/// x = n π/2 + r with the nearest integer n (reduction by Cody and Waite in three parts, remainder in two words), then
/// a polynomial in r and a choice by n mod 4; no branches, so it runs in SIMD lanes. Arguments beyond 10⁵ and
/// non-finite ones are left to the standard library. Error below one unit in the last place. Deterministic. Source:
/// Cody, Waite, Software Manual for the Elementary Functions (1980), ch. 8.
template <class Scalar>
FORERUN_INLINE SinCos<Scalar> sin_cos(const Scalar& x) {
  using Bits = typename BitsOf<Scalar>::Type;
  // Adding 1.5 · 2^52 rounds to an integer and leaves it in the low bits.
  constexpr double rounding = 0x1.8p52;
  const Scalar shifted = x * 0x1.45f306dc9c883p-1 + rounding;
  const Scalar n = shifted - rounding;
  const Bits quadrant = std::bit_cast<Bits>(shifted);

  const Scalar first = x - n * trigonometry::half_pi_1;
  const Scalar second_part = n * trigonometry::half_pi_2;
  const Scalar second = first - second_part;
  const Scalar rest = n * trigonometry::half_pi_3 - ((first - second) - second_part);
  const Scalar r = second - rest;
  const Scalar tail = (second - r) - rest;

  const Scalar s = trigonometry::sin_near_zero(r, tail);
  const Scalar c = trigonometry::cos_near_zero(r, tail);
  const auto is_odd = (quadrant & 1) != 0;
  const Scalar sine = is_odd ? c : s;
  const Scalar cosine = is_odd ? s : c;
  SinCos<Scalar> result{((quadrant & 2) != 0) ? -sine : sine, (((quadrant + 1) & 2) != 0) ? -cosine : cosine};
  if constexpr (std::is_same_v<Scalar, Lanes>) {
    for (Index j = 0; j < num_lanes; ++j) {
      if (!(std::abs(x[j]) <= trigonometry::largest_short_argument)) [[unlikely]] {
        result.sin[j] = std::sin(x[j]);
        result.cos[j] = std::cos(x[j]);
      }
    }
  } else if (!(std::abs(x) <= trigonometry::largest_short_argument)) [[unlikely]] {
    result = {std::sin(x), std::cos(x)};
  }
  return result;
}

}  // namespace forerun
