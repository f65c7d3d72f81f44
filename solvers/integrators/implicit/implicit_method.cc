#include "solvers/integrators/implicit/implicit_method.h"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>

#include "solvers/integrators/implicit/imex_tableau.h"
#include "solvers/integrators/implicit/implicit_tableau.h"

namespace forerun {
namespace {

using Matrix = Eigen::MatrixXd;

std::vector<std::vector<double>> rows_of(const Matrix& matrix) {
  std::vector<std::vector<double>> rows;
  for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
    rows.emplace_back();
    for (Eigen::Index j = 0; j < matrix.cols(); ++j) rows.back().push_back(matrix(i, j));
  }
  return rows;
}

/// Eigenvectors are scaled to a last component of 1. With (α + iβ) and its eigenvector p + iq the modes (v, w) of
/// z = p v + q w make one complex number v + iw with eigenvalue α − iβ.
void take_apart(ImplicitMethod& method) {
  const auto size = static_cast<Eigen::Index>(method.num_stages);
  Matrix a(size, size);
  for (Eigen::Index i = 0; i < size; ++i) {
    for (Eigen::Index j = 0; j < size; ++j)
      a(i, j) = method.a[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
  }
  const Eigen::EigenSolver<Matrix> solver(a.inverse());
  Matrix from_modes(size, size);
  for (Eigen::Index i = 0; i < size; ++i) {
    const Complex value = solver.eigenvalues()[i];
    const Eigen::VectorXcd vector = solver.eigenvectors().col(i) / solver.eigenvectors()(size - 1, i);
    if (value.imag() == 0.0) {
      method.real_shift = value.real();
      from_modes.col(0) = vector.real();
    } else if (value.imag() > 0.0) {
      method.complex_shift = std::conj(value);
      from_modes.col(size - 2) = vector.real();
      from_modes.col(size - 1) = vector.imag();
    }
  }
  method.from_modes = rows_of(from_modes);
  method.to_modes = rows_of(from_modes.inverse());
}

template <class Tableau>
ImplicitMethod described(Tableau) {
  ImplicitMethod method;
  method.name = Tableau::name;
  method.description = Tableau::description;
  method.order = Tableau::order;
  method.num_stages = Tableau::num_stages;
  for (const auto& row : Tableau::a) method.a.emplace_back(row.begin(), row.end());
  method.c.assign(Tableau::c.begin(), Tableau::c.end());
  if constexpr (requires { Tableau::error_order; }) {
    method.error_order = Tableau::error_order;
    method.e.assign(Tableau::e.begin(), Tableau::e.end());
  }
  if constexpr (requires { Tableau::explicit_a; }) {
    for (const auto& row : Tableau::explicit_a) method.explicit_a.emplace_back(row.begin(), row.end());
    method.explicit_b.assign(Tableau::explicit_b.begin(), Tableau::explicit_b.end());
  }
  method.is_l_stable = Tableau::is_l_stable;
  for (std::size_t i = 0; i < Tableau::num_stages; ++i) {
    for (std::size_t j = i + 1; j < Tableau::num_stages; ++j) {
      if (Tableau::a[i][j] != 0.0) method.is_diagonal = false;
    }
  }
  if (method.is_diagonal) {
    method.real_shift = 1.0 / method.a.back().back();
  } else {
    take_apart(method);
  }
  return method;
}

}  // namespace

const std::vector<ImplicitMethod>& implicit_methods() {
  static const std::vector<ImplicitMethod> methods = [] {
    std::vector<ImplicitMethod> all;
    const auto add = [&](auto... tableau) { (all.push_back(described(tableau)), ...); };
    std::apply(add, ImplicitTableaux());
    std::apply(add, AdaptiveImplicitTableaux());
    return all;
  }();
  return methods;
}

const std::vector<ImplicitMethod>& imex_methods() {
  static const std::vector<ImplicitMethod> methods = [] {
    std::vector<ImplicitMethod> all;
    std::apply([&](auto... tableau) { (all.push_back(described(tableau)), ...); }, ImexTableaux());
    return all;
  }();
  return methods;
}

const ImplicitMethod* find_implicit_method(const std::string& name) {
  for (const auto* methods : {&implicit_methods(), &imex_methods()}) {
    for (const ImplicitMethod& method : *methods) {
      if (method.name == name) return &method;
    }
  }
  return nullptr;
}

}  // namespace forerun
