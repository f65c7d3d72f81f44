#include "solvers/integrators/reduced/projected_sides.h"

#include <stdexcept>
#include <utility>

namespace forerun {

ProjectedSides::ProjectedSides(std::shared_ptr<const OdeProblem> problem, std::shared_ptr<const States> basis)
    : problem_(std::move(problem)), basis_(std::move(basis)) {
  if (basis_->rows() != problem_->dimension())
    throw std::invalid_argument("a basis of other states than those of '" + problem_->name() + "'");
  if (problem_->jacobian() == nullptr)
    throw std::invalid_argument("'" + problem_->name() + "' has no derivative that is known");
  is_whole_ = basis_->rows() == basis_->cols() && basis_->isIdentity(0.0);
}

void ProjectedSides::evaluate(const StateView& coordinates, StateOut slope) const {
  const double time = problem_->default_begin();
  if (is_whole_) return problem_->evaluate(time, coordinates, slope);
  const State state = *basis_ * coordinates;
  State derivative(state.size());
  problem_->evaluate(time, state, derivative);
  slope.noalias() = basis_->transpose() * derivative;
}

void ProjectedSides::differentiate(const StateView& coordinates, States& jacobian) const {
  const State state = *basis_ * coordinates;
  SparseMatrix sparse;
  problem_->jacobian()->evaluate(problem_->default_begin(), state, sparse);
  const SparsityPattern& pattern = *sparse.pattern;
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> product =
      decltype(product)::Zero(basis_->rows(), basis_->cols());
  for (Index j = 0; j < pattern.dimension; ++j) {
    for (int entry = pattern.begin(j); entry < pattern.end(j); ++entry)
      product.row(pattern.row(entry)) += sparse.value(entry) * basis_->row(j);
  }
  jacobian.noalias() = basis_->transpose() * product;
}

}  // namespace forerun
