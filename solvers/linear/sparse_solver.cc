#include <Eigen/SparseLU>

#include "solvers/linear/solver_forms.h"

namespace forerun {
namespace {

template <class Scalar>
class SparseFactors final : public Factors<Scalar> {
 public:
  explicit SparseFactors(std::shared_ptr<const SparsityPattern> pattern) : pattern_(std::move(pattern)) {}

  bool compute(const SparseMatrix& matrix, Scalar shift) override {
    const bool is_new = matrix_.rows() == 0;
    if (is_new) assemble_pattern();
    for (Index column = 0; column < pattern_->dimension; ++column) {
      for (int entry = pattern_->begin(column); entry < pattern_->end(column); ++entry) {
        Scalar value = -matrix.value(entry);
        if (pattern_->row(entry) == column) value += shift;
        matrix_.valuePtr()[entry] = value;
      }
    }
    // The ordering looks at the pattern alone, so it serves all values.
    if (is_new) lu_.analyzePattern(matrix_);
    lu_.factorize(matrix_);
    return lu_.info() == Eigen::Success;
  }

  bool solve(Scalar* b) const override {
    Eigen::Map<Eigen::Vector<Scalar, Eigen::Dynamic>> vector(b, pattern_->dimension);
    vector = lu_.solve(vector).eval();
    return true;
  }

  Index num_numbers() const override { return lu_.nnzL() + lu_.nnzU(); }

 private:
  void assemble_pattern() {
    const Index d = pattern_->dimension;
    matrix_.resize(d, d);
    matrix_.resizeNonZeros(pattern_->num_entries());
    std::copy(pattern_->starts.begin(), pattern_->starts.end(), matrix_.outerIndexPtr());
    std::copy(pattern_->rows.begin(), pattern_->rows.end(), matrix_.innerIndexPtr());
    std::fill_n(matrix_.valuePtr(), pattern_->num_entries(), Scalar(0.0));
  }

  std::shared_ptr<const SparsityPattern> pattern_;
  Eigen::SparseMatrix<Scalar> matrix_;
  Eigen::SparseLU<Eigen::SparseMatrix<Scalar>> lu_;
};

class SparseSolver final : public LinearSolver {
 public:
  explicit SparseSolver(std::shared_ptr<const SparsityPattern> pattern) : pattern_(std::move(pattern)) {}

  SolverForm form() const override { return SolverForm::sparse; }
  std::unique_ptr<Factors<double>> make_real() const override {
    return std::make_unique<SparseFactors<double>>(pattern_);
  }
  std::unique_ptr<Factors<Complex>> make_complex() const override {
    return std::make_unique<SparseFactors<Complex>>(pattern_);
  }

 private:
  std::shared_ptr<const SparsityPattern> pattern_;
};

}  // namespace

std::shared_ptr<const LinearSolver> make_sparse_solver(std::shared_ptr<const SparsityPattern> pattern) {
  return std::make_shared<SparseSolver>(std::move(pattern));
}

}  // namespace forerun
