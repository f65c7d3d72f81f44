#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>

namespace forerun {

/// Explicit Runge–Kutta methods as data. A method with s stages advances u' = f(t, u) by a step of length h:
///
///   k_i = f(t + c_i h,  u + h Σ_{j<i} a_ij k_j),   i = 1 … s,          c_1 |
///   u'  = u + h Σ_i b_i k_i,                                           c_2 | a_21
///                                                                      c_3 | a_31  a_32
/// drawn as the tableau on the right: one row a stage, the               ⋮  |  ⋮          ⋱
/// abscissae c on the left, the weights b below.                        ----+-------------------
///                                                                          | b_1   b_2  …  b_s
///
/// A tableau is a type with static data only, so that coefficients are known to the compiler and zeros cost nothing.
/// `tests/solvers/integrators/butcher_tableau_test.cc` checks every order condition up to the order claimed, by rooted
/// trees.

template <std::size_t Stages>
using StageMatrix = std::array<std::array<double, Stages>, Stages>;

/// Forward Euler.
struct Rk1 {
  static constexpr std::string_view name = "rk1";
  static constexpr std::string_view description = "forward Euler";
  static constexpr int order = 1;
  static constexpr std::size_t num_stages = 1;
  static constexpr StageMatrix<1> a{};
  static constexpr std::array<double, 1> b{1.0};
  static constexpr std::array<double, 1> c{0.0};
};

/// The midpoint rule.
struct Rk2 {
  static constexpr std::string_view name = "rk2";
  static constexpr std::string_view description = "midpoint rule";
  static constexpr int order = 2;
  static constexpr std::size_t num_stages = 2;
  static constexpr StageMatrix<2> a{{{}, {0.5}}};
  static constexpr std::array<double, 2> b{0.0, 1.0};
  static constexpr std::array<double, 2> c{0.0, 0.5};
};

/// The classic method of Kutta (1901).
struct Rk4 {
  static constexpr std::string_view name = "rk4";
  static constexpr std::string_view description = "classic Runge-Kutta method";
  static constexpr int order = 4;
  static constexpr std::size_t num_stages = 4;
  static constexpr StageMatrix<4> a{{{}, {0.5}, {0.0, 0.5}, {0.0, 0.0, 1.0}}};
  static constexpr std::array<double, 4> b{1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0};
  static constexpr std::array<double, 4> c{0.0, 0.5, 0.5, 1.0};
};

/// Order 8 in 11 stages. The abscissae are those of the Lobatto rule with five points, 0, (7 ∓ √21)/14, 1/2, 1, which
/// makes the weights 1/20, 49/180, 16/45, 49/180, 1/20; the other stages only prepare the last five.
/// Source: Cooper, Verner, Some explicit Runge–Kutta methods of high order, SIAM J. Numer. Anal. 9 (1972), 389–405.
struct Rk8 {
  static constexpr std::string_view name = "rk8";
  static constexpr std::string_view description = "Cooper-Verner method of order 8";
  static constexpr int order = 8;
  static constexpr std::size_t num_stages = 11;
  static constexpr double s = 4.582575694955840006588047193728;  ///< √21
  static constexpr StageMatrix<11> a{{
      {},
      {1.0 / 2},
      {1.0 / 4, 1.0 / 4},
      {1.0 / 7, (-7 - 3 * s) / 98, (21 + 5 * s) / 49},
      {(11 + s) / 84, 0.0, (18 + 4 * s) / 63, (21 - s) / 252},
      {(5 + s) / 48, 0.0, (9 + s) / 36, (-231 + 14 * s) / 360, (63 - 7 * s) / 80},
      {(10 - s) / 42, 0.0, (-432 + 92 * s) / 315, (633 - 145 * s) / 90, (-504 + 115 * s) / 70, (63 - 13 * s) / 35},
      {1.0 / 14, 0.0, 0.0, 0.0, (14 - 3 * s) / 126, (13 - 3 * s) / 63, 1.0 / 9},
      {1.0 / 32, 0.0, 0.0, 0.0, (91 - 21 * s) / 576, 11.0 / 72, (-385 - 75 * s) / 1152, (63 + 13 * s) / 128},
      {1.0 / 14, 0.0, 0.0, 0.0, 1.0 / 9, (-733 - 147 * s) / 2205, (515 + 111 * s) / 504, (-51 - 11 * s) / 56,
       (132 + 28 * s) / 245},
      {0.0, 0.0, 0.0, 0.0, (-42 + 7 * s) / 18, (-18 + 28 * s) / 45, (-273 - 53 * s) / 72, (301 + 53 * s) / 72,
       (28 - 28 * s) / 45, (49 - 7 * s) / 18},
  }};
  static constexpr std::array<double, 11> b{1.0 / 20, 0.0,        0.0,       0.0,        0.0,     0.0,
                                            0.0,      49.0 / 180, 16.0 / 45, 49.0 / 180, 1.0 / 20};
  static constexpr std::array<double, 11> c{0.0,          1.0 / 2,      1.0 / 2, (7 + s) / 14, (7 + s) / 14, 1.0 / 2,
                                            (7 - s) / 14, (7 - s) / 14, 1.0 / 2, (7 + s) / 14, 1.0};
};

/// Order 5 with an estimate of each step's error: `e` are the weights of the difference to a solution of order 4 with
/// the same stages. The last stage is evaluated at the new state and is the first of the next step.
/// Source: Dormand, Prince, A family of embedded Runge–Kutta formulae, J. Comput. Appl. Math. 6 (1980), 19–26.
struct DormandPrince5 {
  static constexpr std::string_view name = "dopri5";
  static constexpr std::string_view description = "Dormand-Prince method of order 5, whose steps follow `tolerance`";
  static constexpr int order = 5;
  static constexpr std::size_t num_stages = 7;
  static constexpr StageMatrix<7> a{{
      {},
      {1.0 / 5},
      {3.0 / 40, 9.0 / 40},
      {44.0 / 45, -56.0 / 15, 32.0 / 9},
      {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
      {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
      {35.0 / 384, 0.0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84},
  }};
  static constexpr std::array<double, 7> b{35.0 / 384, 0.0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84, 0.0};
  static constexpr std::array<double, 7> c{0.0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1.0, 1.0};
  static constexpr std::array<double, 7> e{71.0 / 57600,      0.0,        -71.0 / 16695, 71.0 / 1920,
                                           -17253.0 / 339200, 22.0 / 525, -1.0 / 40};
};

/// Those of equal steps, in the order in which they are listed.
using ExplicitTableaux = std::tuple<Rk1, Rk2, Rk4, Rk8>;

}  // namespace forerun
