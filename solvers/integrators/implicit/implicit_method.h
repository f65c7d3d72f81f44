#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "solvers/linear/scalar_algebra.h"

namespace forerun {

/// A tableau (implicit_tableau.h) for code that treats all methods alike, with what its steps solve.
///
/// A *diagonally* implicit one solves with 1/(hγ) I − J, γ its diagonal element. A *fully* implicit one is taken apart
/// by the eigenvectors of a⁻¹, so that not one system of s d equations is solved but a real one and a complex one of d
/// (Butcher 1976, Bickart 1977): with a⁻¹ = T Λ T⁻¹ the stages' changes z = T w have modes w of which one is real, with
/// eigenvalue `real_shift`, and two are the parts of a complex one, with eigenvalue `complex_shift`.
struct ImplicitMethod {
  std::string_view name;
  std::string_view description;
  int order = 1;
  int error_order = 0;  ///< power of h of the error estimate; 0: there is none, steps are equal
  std::size_t num_stages = 1;
  std::vector<std::vector<double>> a;
  std::vector<double> c;
  std::vector<double> e;  ///< weights of the error estimate
  bool is_diagonal = true;
  bool is_l_stable = true;  ///< all of them are A-stable

  std::optional<double> real_shift;      ///< 1/γ, or the real eigenvalue of a⁻¹
  std::optional<Complex> complex_shift;  ///< a complex eigenvalue of a⁻¹
  /// Of an IMEX method (imex_tableau.h), for what is not stiff: â and b̂. Empty where all is implicit.
  std::vector<std::vector<double>> explicit_a;
  std::vector<double> explicit_b;
  /// T and T⁻¹: the real mode's column (row) first, then real and imaginary part of the complex one; fully implicit
  /// methods only. The last row of T is (1, 1, 0).
  std::vector<std::vector<double>> from_modes;
  std::vector<std::vector<double>> to_modes;

  bool is_adaptive() const { return error_order > 0; }
  bool is_imex() const { return !explicit_a.empty(); }
  bool begins_explicitly() const { return is_diagonal && a[0][0] == 0.0; }
};

/// All of them, those of equal steps first; built once, on first use, thread-safe.
const std::vector<ImplicitMethod>& implicit_methods();
/// IMEX methods, likewise.
const std::vector<ImplicitMethod>& imex_methods();
/// Of either kind; nullptr where there is none of that name.
const ImplicitMethod* find_implicit_method(const std::string& name);

}  // namespace forerun
