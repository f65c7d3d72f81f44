#include "solvers/equations/linear_part.h"

#include <stdexcept>
#include <utility>
#include <vector>

#include "solvers/equations/equation_problem.h"
#include "solvers/expressions/expression_equations.h"
#include "solvers/linear/sparse_matrix.h"

namespace forerun {
namespace {

/// A matrix by rows: those of row i are columns[starts[i]] … columns[starts[i + 1] − 1]. No row is empty.
struct RowMatrix {
  std::vector<std::size_t> starts;
  std::vector<std::size_t> columns;
  std::vector<double> values;
};

/// What is kept by columns is its transposed by rows.
RowMatrix transposed_by_rows(const SparseMatrix& matrix) {
  const SparsityPattern& pattern = *matrix.pattern;
  RowMatrix rows;
  rows.starts.assign(pattern.starts.begin(), pattern.starts.end());
  rows.columns.assign(pattern.rows.begin(), pattern.rows.end());
  rows.values = matrix.values;
  return rows;
}

RowMatrix by_rows(const SparseMatrix& matrix) {
  const SparsityPattern& pattern = *matrix.pattern;
  const auto d = static_cast<std::size_t>(pattern.dimension);
  RowMatrix rows;
  rows.starts.assign(d + 1, 0);
  rows.columns.resize(pattern.rows.size());
  rows.values.resize(pattern.rows.size());
  for (const int row : pattern.rows) ++rows.starts[static_cast<std::size_t>(row) + 1];
  for (std::size_t i = 0; i < d; ++i) rows.starts[i + 1] += rows.starts[i];
  std::vector<std::size_t> next(rows.starts.begin(), rows.starts.end() - 1);
  for (Index column = 0; column < pattern.dimension; ++column) {
    for (int entry = pattern.begin(column); entry < pattern.end(column); ++entry) {
      const std::size_t place = next[static_cast<std::size_t>(pattern.row(entry))]++;
      rows.columns[place] = static_cast<std::size_t>(column);
      rows.values[place] = matrix.value(entry);
    }
  }
  return rows;
}

struct LinearPart : FieldEquation {
  static constexpr std::string_view name = "linear part";
  static constexpr bool is_linear = true;

  RowMatrix matrix;
  State half_widths;

  explicit LinearPart(RowMatrix rows)
      : matrix(std::move(rows)), half_widths(State::Ones(static_cast<Index>(matrix.starts.size()) - 1)) {}
  LinearPart(RowMatrix rows, const StateBounds& bounds)
      : matrix(std::move(rows)), half_widths(0.5 * (bounds.upper - bounds.lower)) {}

  Index dimension() const { return static_cast<Index>(matrix.starts.size()) - 1; }
  State initial_state() const { return State::Zero(dimension()); }
  StateBounds bounds() const { return {-half_widths, half_widths}; }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    const std::size_t d = matrix.starts.size() - 1;
    for (std::size_t i = 0; i < d; ++i) {
      std::size_t k = matrix.starts[i];
      Scalar sum = matrix.values[k] * u[matrix.columns[k]];
      for (++k; k < matrix.starts[i + 1]; ++k) sum = sum + matrix.values[k] * u[matrix.columns[k]];
      du[i] = sum;
    }
  }
};

SparseMatrix matrix_of(const OdeProblem& problem) {
  if (!is_linear_with_source(problem))
    throw std::invalid_argument(problem.name() + ": must be linear but for a source, with a Jacobian");
  SparseMatrix matrix;
  problem.jacobian()->evaluate(problem.default_begin(), State::Zero(problem.dimension()), matrix);
  return matrix;
}

}  // namespace

bool is_linear_with_source(const OdeProblem& problem) {
  if (problem.jacobian() == nullptr) return false;
  if (problem.is_affine()) return true;
  const ProblemOrigin* const origin = problem.origin();
  if (problem.name() != ExpressionEquations::name || origin == nullptr) return false;
  return compile_equations(read_equations(origin->parameters)).whole.linearity.is_affine();
}

std::unique_ptr<OdeProblem> make_linear_part(const OdeProblem& problem) {
  return std::make_unique<EquationProblem<LinearPart>>(LinearPart(by_rows(matrix_of(problem))));
}

std::unique_ptr<OdeProblem> make_homogeneous(const OdeProblem& problem) {
  return std::make_unique<EquationProblem<LinearPart>>(LinearPart(by_rows(matrix_of(problem)), problem.bounds()));
}

std::unique_ptr<OdeProblem> make_transposed_linear_part(const OdeProblem& problem) {
  return std::make_unique<EquationProblem<LinearPart>>(LinearPart(transposed_by_rows(matrix_of(problem))));
}

}  // namespace forerun
