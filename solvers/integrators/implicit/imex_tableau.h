#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>

#include "solvers/integrators/butcher_tableau.h"

namespace forerun {

/// IMEX Runge–Kutta methods as data: for u' = g(t, u) + r(t, u), g stiff, r not, a step solves
///
///   k_i = g(t + c_i h, y_i),   l_i = r(t + c_i h, y_i),   y_i = u + h Σ_{j≤i} a_ij k_j + h Σ_{j<i} â_ij l_j,
///   u' = u + h Σ_i b_i k_i + h Σ_i b̂_i l_i,   i = 1 … s.
///
/// The implicit half has an explicit first stage that no other uses (a_i1 = 0), equal diagonal elements γ behind it,
/// and ends in its last stage (b is the last row of a); both halves have the same abscissae.
/// On stiff equations (van der Pol's with large μ) components that are slow converge with the method's order, those that
/// follow them at once with order 2.
/// Source: Ascher, Ruuth, Spiteri, Implicit-explicit Runge–Kutta methods for time-dependent partial differential
/// equations, Appl. Numer. Math. 25 (1997), 151–167, sec. 2.6 and 2.7.
/// `tests/solvers/integrators/implicit/imex_tableau_test.cc` checks every condition, those that couple the halves too.

/// Two implicit stages, two explicit ones, order 2.
struct Ars222 {
  static constexpr std::string_view name = "ars222";
  static constexpr std::string_view description = "IMEX method of Ascher, Ruuth and Spiteri, 2 stages";
  static constexpr int order = 2;
  static constexpr bool is_l_stable = true;
  static constexpr std::size_t num_stages = 3;
  static constexpr double g = 0.29289321881345247559915563789515;   ///< γ = 1 − 1/√2
  static constexpr double d = -0.70710678118654752440084436210485;  ///< 1 − 1/(2γ)
  static constexpr StageMatrix<3> a{{{}, {0.0, g}, {0.0, 1.0 - g, g}}};
  static constexpr std::array<double, 3> b = a.back();
  static constexpr StageMatrix<3> explicit_a{{{}, {g}, {d, 1.0 - d}}};
  static constexpr std::array<double, 3> explicit_b = explicit_a.back();
  static constexpr std::array<double, 3> c{0.0, g, 1.0};
};

/// Three implicit stages, four explicit ones, order 3. γ is the middle root of 6γ³ − 18γ² + 9γ − 1; the two weights
/// that the conditions leave free are such that the explicit half is stable as far as a method of order 4 is.
struct Ars343 {
  static constexpr std::string_view name = "ars343";
  static constexpr std::string_view description = "IMEX method of Ascher, Ruuth and Spiteri, 3 stages";
  static constexpr int order = 3;
  static constexpr bool is_l_stable = true;
  static constexpr std::size_t num_stages = 4;
  static constexpr double g = 0.43586652150845899941601945119356;
  static constexpr double b2 = -1.5 * g * g + 4 * g - 0.25;
  static constexpr double b3 = 1.5 * g * g - 5 * g + 1.25;
  static constexpr StageMatrix<4> a{{{}, {0.0, g}, {0.0, (1.0 - g) / 2, g}, {0.0, b2, b3, g}}};
  static constexpr std::array<double, 4> b = a.back();
  static constexpr double f = 0.5529291479;  ///< â_42 = â_43, free
  static constexpr double p = f * (3.75 - 15.0 * g + 5.25 * g * g);
  static constexpr StageMatrix<4> explicit_a{
      {{}, {g}, {p - 3.5 + 13 * g - 4.5 * g * g, 4.0 - 12.5 * g + 4.5 * g* g - p}, {1.0 - 2 * f, f, f}}};
  static constexpr std::array<double, 4> explicit_b = a.back();
  static constexpr std::array<double, 4> c{0.0, g, (1.0 + g) / 2, 1.0};
};

using ImexTableaux = std::tuple<Ars222, Ars343>;

}  // namespace forerun
