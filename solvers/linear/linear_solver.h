#pragma once

#include <memory>
#include <string_view>

#include "solvers/linear/scalar_algebra.h"
#include "solvers/linear/sparse_matrix.h"

namespace forerun {

/// What solves (shift · I − matrix) x = b, for one shift and one matrix at a time; `Scalar` is `double` or `Complex`.
///
/// `compute` takes the memory it needs the first time and keeps it; so do ordering and symbolic analysis. Whatever was
/// computed before, the result is a function of matrix and shift. `solve` is const and thread-safe.
template <class Scalar>
class Factors {
 public:
  virtual ~Factors() = default;

  /// False where the matrix is found to be singular or not finite; then nothing may be solved.
  [[nodiscard]] virtual bool compute(const SparseMatrix& matrix, Scalar shift) = 0;
  /// b becomes x, of as many numbers as the matrix has rows. False where an iteration did not converge; b is then the
  /// best it found.
  [[nodiscard]] virtual bool solve(Scalar* b) const = 0;
  /// Numbers that `solve` goes through: what it costs, and most of the memory.
  virtual Index num_numbers() const = 0;
};

/// The ways to solve systems with a pattern.
enum class SolverForm {
  banded,  ///< LU with partial pivoting within a band, components reordered where that makes it narrower
  sparse,  ///< sparse LU with partial pivoting (Eigen::SparseLU, columns ordered by COLAMD)
  krylov,  ///< GMRES, preconditioned by a modified incomplete LU factorisation without fill; of symmetric real matrices
           ///< conjugate gradients, likewise
};
std::string_view to_text(SolverForm form);

/// Solves systems that share a pattern (which has its diagonal): chooses a form, and makes factors of it.
///
/// The form: *banded* where an order of the components (`narrow_band`) leaves a band of up to 48 places beside the
/// diagonal, and for up to 200 components whatever the band, up to the whole matrix; *sparse* for the rest; *krylov*
/// where fill would be too much, above 2·10⁷ components × places (two-dimensional meshes of 200 × 200 points and more).
/// Iterations end at a relative residual of 10⁻⁸; the others are exact but for rounding.
/// Deterministic; const members may run on many threads.
class LinearSolver {
 public:
  virtual ~LinearSolver() = default;

  virtual SolverForm form() const = 0;
  /// Exact but for rounding.
  bool is_direct() const { return form() != SolverForm::krylov; }
  virtual std::unique_ptr<Factors<double>> make_real() const = 0;
  virtual std::unique_ptr<Factors<Complex>> make_complex() const = 0;
};

std::shared_ptr<const LinearSolver> make_linear_solver(const std::shared_ptr<const SparsityPattern>& pattern);
/// The same in a given form.
std::shared_ptr<const LinearSolver> make_linear_solver(const std::shared_ptr<const SparsityPattern>& pattern,
                                                       SolverForm form);

}  // namespace forerun
