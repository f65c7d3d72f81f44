#include "solvers/integrators/stability.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <tuple>

#include "solvers/integrators/butcher_tableau.h"

namespace forerun {
namespace {

using Complex = std::complex<double>;

constexpr Index kMostArnoldiVectors = 24;
constexpr Index kMostStableSteps = 1000000;
constexpr double kStableGrowth = 2.0;
constexpr double kMostJacobianWork = 100.0;

template <class Tableau>
Complex stability(Tableau, Complex z) {
  std::array<Complex, Tableau::num_stages> stages;
  Complex sum = 0.0;
  for (std::size_t i = 0; i < Tableau::num_stages; ++i) {
    stages[i] = 1.0;
    for (std::size_t j = 0; j < i; ++j) stages[i] += z * Tableau::a[i][j] * stages[j];
    sum += Tableau::b[i] * stages[i];
  }
  return 1.0 + z * sum;
}

bool is_stable(const std::string& method, const std::vector<Complex>& eigenvalues, double length, Index steps) {
  const auto m = static_cast<double>(steps);
  return std::all_of(eigenvalues.begin(), eigenvalues.end(), [&](Complex lambda) {
    if (lambda.real() > 0.0) return true;
    const double factor = std::abs(*stability_function(method, length / m * lambda));
    return factor <= 1.0 || m * std::log(factor) <= std::log(kStableGrowth);
  });
}

double largest_sum(const Jacobian& jacobian, double time, const State& state) {
  SparseMatrix values;
  jacobian.evaluate(time, state, values);
  const SparsityPattern& pattern = *jacobian.pattern();
  State rows = State::Zero(pattern.dimension);
  State columns = State::Zero(pattern.dimension);
  for (Index column = 0; column < pattern.dimension; ++column) {
    for (int entry = pattern.begin(column); entry < pattern.end(column); ++entry) {
      const double size = std::abs(values.value(entry));
      rows[pattern.row(entry)] += size;
      columns[column] += size;
    }
  }
  return std::min(rows.maxCoeff<Eigen::PropagateNaN>(), columns.maxCoeff<Eigen::PropagateNaN>());
}

}  // namespace

std::optional<Complex> stability_function(const std::string& method, Complex z) {
  std::optional<Complex> value;
  const auto offer = [&](auto tableau) {
    if (method == decltype(tableau)::name) value = stability(tableau, z);
  };
  std::apply([&](auto... tableau) { (offer(tableau), ...); }, ExplicitTableaux());
  return value;
}

std::vector<Complex> outer_eigenvalues(const OdeProblem& problem, double time, const State& state) {
  const Index dimension = state.size();
  const Index most = std::min(dimension, kMostArnoldiVectors);
  State derivative(dimension);
  State shifted(dimension);
  problem.evaluate(time, state, derivative);
  const double size = std::max(state.norm(), 1e-8 * std::sqrt(static_cast<double>(dimension)));
  const double step = std::sqrt(std::numeric_limits<double>::epsilon()) * size;
  States basis(dimension, most + 1);
  Eigen::MatrixXd hessenberg = Eigen::MatrixXd::Zero(most + 1, most);
  // Any start that favours no mode will do.
  for (Index i = 0; i < dimension; ++i) basis(i, 0) = std::sin(1.0 + 1.7 * static_cast<double>(i * i % 1009));
  basis.col(0).normalize();
  Index count = 0;
  while (count < most) {
    problem.evaluate(time, state + step * basis.col(count), shifted);
    State next = (shifted - derivative) / step;
    if (!next.allFinite()) return {};
    for (Index i = 0; i <= count; ++i) {
      hessenberg(i, count) = basis.col(i).dot(next);
      next -= hessenberg(i, count) * basis.col(i);
    }
    const double rest = next.norm();
    hessenberg(count + 1, count) = rest;
    ++count;
    if (rest <= 1e-6 * hessenberg.topLeftCorner(count, count).norm()) break;
    basis.col(count) = next / rest;
  }
  const Eigen::EigenSolver<Eigen::MatrixXd> solver(hessenberg.topLeftCorner(count, count), false);
  const auto& values = solver.eigenvalues();
  return {values.data(), values.data() + values.size()};
}

double spectral_radius(const OdeProblem& problem, double time, const State& state) {
  const Jacobian* const jacobian = problem.jacobian();
  if (jacobian != nullptr && jacobian->work() <= kMostJacobianWork) return largest_sum(*jacobian, time, state);
  constexpr double margin = 1.1;
  const std::vector<Complex> eigenvalues = outer_eigenvalues(problem, time, state);
  if (eigenvalues.empty()) return std::numeric_limits<double>::quiet_NaN();
  double largest = 0.0;
  for (const Complex lambda : eigenvalues) largest = std::max(largest, std::abs(lambda));
  return margin * largest;
}

std::optional<Index> stable_steps(const OdeProblem& problem, const std::string& method, const Slice& slice,
                                  const State& state) {
  if (!state.allFinite() || !stability_function(method, 0.0)) return std::nullopt;
  const std::vector<Complex> eigenvalues = outer_eigenvalues(problem, slice.begin, state);
  if (eigenvalues.empty()) return std::nullopt;
  Index enough = 1;
  while (!is_stable(method, eigenvalues, slice.length(), enough)) {
    if (enough > kMostStableSteps) return std::nullopt;
    enough *= 2;
  }
  Index too_few = enough / 2;
  while (enough - too_few > 1) {
    const Index middle = too_few + (enough - too_few) / 2;
    (is_stable(method, eigenvalues, slice.length(), middle) ? enough : too_few) = middle;
  }
  return enough;
}

}  // namespace forerun
