#include "solvers/integrators/exponential/exponential_action.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "solvers/integrators/exponential/exponential_forms.h"
#include "solvers/integrators/exponential/krylov_space.h"
#include "solvers/linear/linear_solver.h"

namespace forerun {
namespace {

constexpr Index kMostDense = 200;
constexpr Index kMostActionVectors = 24;

bool is_symmetric(const SparseMatrix& matrix) {
  const SparsityPattern& pattern = *matrix.pattern;
  const auto at = [&](Index row, Index column) {
    const auto begin = pattern.rows.begin() + pattern.begin(column), end = pattern.rows.begin() + pattern.end(column);
    const auto found = std::lower_bound(begin, end, static_cast<int>(row));
    return found != end && *found == row ? matrix.values[static_cast<std::size_t>(found - pattern.rows.begin())] : 0.0;
  };
  for (Index column = 0; column < pattern.dimension; ++column) {
    for (int entry = pattern.begin(column); entry < pattern.end(column); ++entry) {
      if (matrix.value(entry) != at(column, pattern.row(entry))) return false;
    }
  }
  return true;
}

/// The outermost eigenvalues lie rather to the left than above and below.
bool damps(const AffineSystem& system) {
  const Index d = system.dimension();
  const Index most = std::min(d, kMostActionVectors);
  KrylovSpace space(d, most);
  State vector(d);
  // Any start that favours no mode will do.
  for (Index i = 0; i < d; ++i) vector[i] = std::sin(1.0 + 1.7 * static_cast<double>(i * i % 1009));
  space.start(vector);
  while (!space.is_full()) {
    system.multiply(space.last(), vector);
    if (!vector.allFinite()) return false;
    space.grow(vector);
  }
  const Eigen::EigenSolver<Eigen::MatrixXd> solver(space.projection(space.size()), false);
  return -solver.eigenvalues().real().minCoeff() >= solver.eigenvalues().imag().cwiseAbs().maxCoeff();
}

ExponentialForm suitable_form(const AffineSystem& system) {
  if (system.dimension() <= kMostDense) return ExponentialForm::dense;
  const auto solver = make_linear_solver(system.matrix.pattern);
  const bool may_be_series = !system.has_constant() && is_symmetric(system.matrix);
  if (solver->form() != SolverForm::banded && may_be_series) return ExponentialForm::chebyshev;
  if (solver->is_direct() && damps(system)) return ExponentialForm::rational;
  return may_be_series ? ExponentialForm::chebyshev : ExponentialForm::polynomial;
}

}  // namespace

void AffineSystem::multiply(const State& x, State& result) const {
  if (product) return product(x, result);
  const SparsityPattern& pattern = *matrix.pattern;
  result.setZero(pattern.dimension);
  for (Index column = 0; column < pattern.dimension; ++column) {
    for (int entry = pattern.begin(column); entry < pattern.end(column); ++entry) {
      result[pattern.row(entry)] += matrix.value(entry) * x[column];
    }
  }
}

std::unique_ptr<const ExponentialAction> make_exponential_action(AffineSystem system, const State& weights,
                                                                 double tolerance) {
  const ExponentialForm form = suitable_form(system);
  return make_exponential_action(std::move(system), weights, tolerance, form);
}

std::unique_ptr<const ExponentialAction> make_exponential_action(AffineSystem system, const State& weights,
                                                                 double tolerance, ExponentialForm form) {
  if (form == ExponentialForm::dense) return make_dense_exponential(std::move(system));
  if (form == ExponentialForm::chebyshev) {
    if (system.has_constant() || !is_symmetric(system.matrix)) {
      throw std::invalid_argument("Chebyshev series need a symmetric matrix and no constant");
    }
    return make_chebyshev_exponential(std::move(system), weights, tolerance);
  }
  return make_krylov_exponential(std::move(system), weights, tolerance, form == ExponentialForm::rational);
}

}  // namespace forerun
