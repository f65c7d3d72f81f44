#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>

#include "solvers/integrators/butcher_tableau.h"

namespace forerun {

/// Implicit Runge–Kutta methods as data, as the explicit ones are (butcher_tableau.h): a step solves
///
///   k_i = f(t + c_i h,  u + h Σ_j a_ij k_j),   i = 1 … s,      u' = u + h Σ_i b_i k_i.
///
/// All of them are stiffly accurate: the last row of a is b, so the last stage's state is the new state. *Diagonally*
/// implicit ones (a_ij = 0 for j > i, equal diagonal elements but for an explicit first stage) find one stage after the
/// other; *fully* implicit ones all at once.
/// `tests/solvers/integrators/butcher_tableau_test.cc` checks every order condition.

/// Order 1, L-stable.
struct BackwardEuler {
  static constexpr std::string_view name = "backward_euler";
  static constexpr std::string_view description = "backward Euler";
  static constexpr int order = 1;
  static constexpr bool is_l_stable = true;
  static constexpr std::size_t num_stages = 1;
  static constexpr StageMatrix<1> a{{{1.0}}};
  static constexpr std::array<double, 1> b{1.0};
  static constexpr std::array<double, 1> c{1.0};
};

/// The trapezoidal rule: order 2, A-stable; stiff modes swing on, |R(∞)| = 1.
struct CrankNicolson {
  static constexpr std::string_view name = "crank_nicolson";
  static constexpr std::string_view description = "trapezoidal rule";
  static constexpr int order = 2;
  static constexpr bool is_l_stable = false;
  static constexpr std::size_t num_stages = 2;
  static constexpr StageMatrix<2> a{{{}, {0.5, 0.5}}};
  static constexpr std::array<double, 2> b{0.5, 0.5};
  static constexpr std::array<double, 2> c{0.0, 1.0};
};

/// Order 2, L-stable. Source: Alexander, SIAM J. Numer. Anal. 14 (1977), 1006–1021.
struct Sdirk2 {
  static constexpr std::string_view name = "sdirk2";
  static constexpr std::string_view description = "singly diagonally implicit method of order 2";
  static constexpr int order = 2;
  static constexpr bool is_l_stable = true;
  static constexpr std::size_t num_stages = 2;
  static constexpr double g = 0.29289321881345247559915563789515;  ///< 1 − 1/√2
  static constexpr StageMatrix<2> a{{{g}, {1.0 - g, g}}};
  static constexpr std::array<double, 2> b{1.0 - g, g};
  static constexpr std::array<double, 2> c{g, 1.0};
};

/// Order 3, L-stable. Source of this and the next two: Hairer, Wanner, Solving ODEs II, sec. IV.5.
struct RadauIia2 {
  static constexpr std::string_view name = "radau2";
  static constexpr std::string_view description = "Radau IIA method of 2 stages";
  static constexpr int order = 3;
  static constexpr bool is_l_stable = true;
  static constexpr std::size_t num_stages = 2;
  static constexpr StageMatrix<2> a{{{5.0 / 12, -1.0 / 12}, {3.0 / 4, 1.0 / 4}}};
  static constexpr std::array<double, 2> b{3.0 / 4, 1.0 / 4};
  static constexpr std::array<double, 2> c{1.0 / 3, 1.0};
};

/// Order 5, L-stable.
struct RadauIia3 {
  static constexpr std::string_view name = "radau3";
  static constexpr std::string_view description = "Radau IIA method of 3 stages";
  static constexpr int order = 5;
  static constexpr bool is_l_stable = true;
  static constexpr std::size_t num_stages = 3;
  static constexpr double s = 2.449489742783178098197284074706;  ///< √6
  static constexpr StageMatrix<3> a{{
      {(88 - 7 * s) / 360, (296 - 169 * s) / 1800, (-2 + 3 * s) / 225},
      {(296 + 169 * s) / 1800, (88 + 7 * s) / 360, (-2 - 3 * s) / 225},
      {(16 - s) / 36, (16 + s) / 36, 1.0 / 9},
  }};
  static constexpr std::array<double, 3> b{(16 - s) / 36, (16 + s) / 36, 1.0 / 9};
  static constexpr std::array<double, 3> c{(4 - s) / 10, (4 + s) / 10, 1.0};
};

/// Order 2, L-stable; its first stage is at the step's beginning, but not the state there.
struct LobattoIiic2 {
  static constexpr std::string_view name = "lobatto2";
  static constexpr std::string_view description = "Lobatto IIIC method of 2 stages";
  static constexpr int order = 2;
  static constexpr bool is_l_stable = true;
  static constexpr std::size_t num_stages = 2;
  static constexpr StageMatrix<2> a{{{0.5, -0.5}, {0.5, 0.5}}};
  static constexpr std::array<double, 2> b{0.5, 0.5};
  static constexpr std::array<double, 2> c{0.0, 1.0};
};

/// Radau IIA of 3 stages whose steps follow a tolerance. Its estimate of a step's error needs f(t, u) and a solution
/// with the real one of its matrices, γ the real eigenvalue of a⁻¹ and z_i the stages' changes of the state:
///
///   error = (γ/h I − J)⁻¹ (f(t, u) + Σ_i e_i z_i / h) = O(h⁴).
///
/// Source: Hairer, Wanner, Solving ODEs II, sec. IV.8.
struct Radau5 : RadauIia3 {
  static constexpr std::string_view name = "radau5";
  static constexpr std::string_view description = "Radau IIA method of 3 stages, steps by a tolerance";
  static constexpr int error_order = 4;
  static constexpr std::array<double, 3> e{(-13 - 7 * s) / 3, (-13 + 7 * s) / 3, -1.0 / 3};
};

/// Order 4, L-stable, diagonally implicit with an explicit first stage, with an estimate of each step's error: `e` are
/// the weights of the difference to a solution of order 3 with the same stages.
/// Source: Kennedy, Carpenter, Appl. Numer. Math. 44 (2003), 139–181: ARK4(3)6L[2]SA, its implicit half.
struct Esdirk43 {
  static constexpr std::string_view name = "esdirk43";
  static constexpr std::string_view description =
      "diagonally implicit Kennedy-Carpenter method of order 4, steps by a tolerance";
  static constexpr int order = 4;
  static constexpr bool is_l_stable = true;
  static constexpr int error_order = 4;
  static constexpr std::size_t num_stages = 6;
  static constexpr StageMatrix<6> a{{
      {},
      {1.0 / 4, 1.0 / 4},
      {8611.0 / 62500, -1743.0 / 31250, 1.0 / 4},
      {5012029.0 / 34652500, -654441.0 / 2922500, 174375.0 / 388108, 1.0 / 4},
      {15267082809.0 / 155376265600, -71443401.0 / 120774400, 730878875.0 / 902184768, 2285395.0 / 8070912, 1.0 / 4},
      {82889.0 / 524892, 0.0, 15625.0 / 83664, 69875.0 / 102672, -2260.0 / 8211, 1.0 / 4},
  }};
  static constexpr std::array<double, 6> b = a.back();
  static constexpr std::array<double, 6> c{0.0, 1.0 / 2, 83.0 / 250, 31.0 / 50, 17.0 / 20, 1.0};
  static constexpr std::array<double, 6> e{
      82889.0 / 524892 - 4586570599.0 / 29645900160, 0.0,
      15625.0 / 83664 - 178811875.0 / 945068544,     69875.0 / 102672 - 814220225.0 / 1159782912,
      -2260.0 / 8211 + 3700637.0 / 11593932,         1.0 / 4 - 61727.0 / 225920};
};

/// Those of equal steps and those whose steps follow a tolerance, in the order in which they are listed.
using ImplicitTableaux = std::tuple<BackwardEuler, CrankNicolson, Sdirk2, RadauIia2, RadauIia3, LobattoIiic2>;
using AdaptiveImplicitTableaux = std::tuple<Esdirk43, Radau5>;

}  // namespace forerun
