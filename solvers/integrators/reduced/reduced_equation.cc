#include "solvers/integrators/reduced/reduced_equation.h"

#include <Eigen/LU>
#include <Eigen/QR>
#include <stdexcept>
#include <utility>
#include <vector>

#include "solvers/equations/sampled_sides.h"

namespace forerun {
namespace {

/// A times columns.
States times(const SparseMatrix& matrix, const States& columns) {
  States result = States::Zero(columns.rows(), columns.cols());
  const SparsityPattern& pattern = *matrix.pattern;
  for (Index j = 0; j < pattern.dimension; ++j) {
    for (int entry = pattern.begin(j); entry < pattern.end(j); ++entry)
      result.row(pattern.row(entry)) += matrix.value(entry) * columns.row(j);
  }
  return result;
}

States rows_of(const States& matrix, const std::vector<Index>& rows) {
  States chosen(static_cast<Index>(rows.size()), matrix.cols());
  for (std::size_t i = 0; i < rows.size(); ++i) chosen.row(static_cast<Index>(i)) = matrix.row(rows[i]);
  return chosen;
}

/// As many as there are columns: those that tell the columns apart best.
std::vector<Index> interpolation_places(const States& directions) {
  const Eigen::ColPivHouseholderQR<States> qr(directions.transpose());
  std::vector<Index> places;
  for (Index k = 0; k < directions.cols(); ++k) places.push_back(qr.colsPermutation().indices()[k]);
  return places;
}

void interpolate(const OdeProblem& problem, const Snapshots& snapshots, Index most, ReducedEquation& equation) {
  States rest = -times(equation.jacobian, snapshots.states);
  State slope(problem.dimension());
  for (Index j = 0; j < rest.cols(); ++j) {
    problem.evaluate(snapshots.times[static_cast<std::size_t>(j)], State(snapshots.states.col(j)), slope);
    rest.col(j) += slope;
  }
  if (rest.isZero(0.0)) return;
  const States directions = leading_directions(rest, most);
  const std::vector<Index> places = interpolation_places(directions);
  InterpolatedSides& made = equation.interpolated;
  made.sides = problem.sample(places);
  made.to_inputs = rows_of(equation.basis, made.sides->inputs());
  const States at_places = rows_of(directions, places);
  made.from_places =
      Eigen::PartialPivLU<States>(at_places.transpose()).solve(directions.transpose() * equation.basis).transpose();
  equation.linear -= made.from_places * rows_of(times(equation.jacobian, equation.basis), places);
}

}  // namespace

bool is_reducible(const OdeProblem& problem) {
  const Index first = 0;
  return problem.is_affine() || problem.sample({&first, 1}) != nullptr;
}

void require_reducible(const OdeProblem& problem) {
  if (is_reducible(problem)) return;
  throw ParameterError("method",
                       "method = \"pod\": needs an equation whose components can be computed one by one, and " +
                           problem.name() +
                           " is none: on a mesh, without choices by the state or terms that change with time");
}

ReducedEquation reduce(const OdeProblem& problem, const Snapshots& snapshots, Index most) {
  ReducedEquation equation;
  equation.basis = leading_directions(snapshots.states, most);
  equation.mean = snapshots.states.rowwise().mean();
  equation.is_affine = problem.is_affine();
  require_reducible(problem);
  problem.jacobian()->evaluate(snapshots.times.front(), equation.mean, equation.jacobian);
  equation.linear = equation.basis.transpose() * times(equation.jacobian, equation.basis);
  equation.constant = State::Zero(equation.dimension());
  if (equation.is_affine) {
    State constant(problem.dimension());
    problem.evaluate(snapshots.times.front(), State::Zero(problem.dimension()), constant);
    equation.constant = equation.basis.transpose() * constant;
  } else {
    interpolate(problem, snapshots, most, equation);
  }
  return equation;
}

States project(const OdeProblem& problem, const States& basis) {
  if (!problem.is_affine()) throw std::invalid_argument("'" + problem.name() + "' is not an equation u' = A u + b");
  const State origin = State::Zero(problem.dimension());
  SparseMatrix jacobian;
  problem.jacobian()->evaluate(problem.default_begin(), origin, jacobian);
  State constant(problem.dimension());
  problem.evaluate(problem.default_begin(), origin, constant);
  const Index r = basis.cols();
  States sides(r, r + 1);
  sides.leftCols(r) = basis.transpose() * times(jacobian, basis);
  sides.col(r) = basis.transpose() * constant;
  return sides;
}

}  // namespace forerun
