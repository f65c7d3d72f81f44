#include "learning/kriging/kriging_system.h"

#include <cmath>
#include <limits>

#include "learning/numerics/kernels.h"
#include "learning/numerics/scratch.h"

namespace forerun {
namespace {

/// The lower triangle of `matrix` becomes its Cholesky factor; column by column, left-looking.
bool cholesky_in_place(StatesOut matrix) {
  const Index size = matrix.rows();
  for (Index j = 0; j < size; ++j) {
    const Index below = size - j;
    for (Index k = 0; k < j; ++k) matrix.col(j).tail(below) -= matrix(j, k) * matrix.col(k).tail(below);
    const double pivot = matrix(j, j);
    if (!(pivot > 0.0)) return false;
    matrix.col(j).tail(below) /= std::sqrt(pivot);
  }
  return true;
}

/// values ← L⁻¹ values. Leading zeros stay what they are and cost nothing.
void solve_lower(const StatesView& factor, Eigen::Ref<State> values) {
  Index first = 0;
  while (first < values.size() && values[first] == 0.0) ++first;
  for (Index j = first; j < values.size(); ++j) {
    values[j] /= factor(j, j);
    const Index below = values.size() - j - 1;
    values.tail(below) -= values[j] * factor.col(j).tail(below);
  }
}

}  // namespace

double rms_distance(const StatesView& squared_distances) {
  const auto size = static_cast<double>(squared_distances.rows());
  const double sum = squared_distances.sum();
  return sum > 0.0 ? std::sqrt(sum / (size * (size - 1.0))) : 1.0;
}

bool factorize_covariance(CovarianceKernel kernel, const StatesView& squared_distances, const KrigingScale& scale,
                          StatesOut factor) {
  const Index size = squared_distances.rows();
  const double length = scale.length * rms_distance(squared_distances);
  const double unit = 1.0 / (length * length);
  for (Index j = 0; j < size; ++j) {
    factor(j, j) = 1.0 + scale.nugget;
    for (Index i = j + 1; i < size; ++i) factor(i, j) = correlation(kernel, unit * squared_distances(i, j));
  }
  return cholesky_in_place(factor);
}

void solve_covariance(const StatesView& factor, StateOut values) {
  solve_lower(factor, values);
  for (Index j = values.size() - 1; j >= 0; --j) {
    const Index below = values.size() - j - 1;
    values[j] = (values[j] - factor.col(j).tail(below).dot(values.tail(below))) / factor(j, j);
  }
}

double profiled_deviance(CovarianceKernel kernel, const StatesView& squared_distances, const StatesView& outputs,
                         const KrigingScale& scale) {
  constexpr double kImpossible = std::numeric_limits<double>::infinity();
  thread_local Scratch factor_memory, output_memory;
  const Index size = squared_distances.rows();
  auto factor = factor_memory.matrix(size, size);
  if (!factorize_covariance(kernel, squared_distances, scale, factor)) return kImpossible;
  auto whitened = output_memory.vector(size);
  double energy = 0.0;
  for (Index j = 0; j < outputs.cols(); ++j) {
    whitened = outputs.col(j);
    solve_lower(factor, whitened);
    energy += whitened.squaredNorm();
  }
  if (!(energy > 0.0)) return kImpossible;
  double log_determinant = 0.0;
  for (Index j = 0; j < size; ++j) log_determinant += 2.0 * std::log(factor(j, j));
  return static_cast<double>(size) * std::log(energy) + log_determinant;
}

States condensed_outputs(States outputs) {
  const Index size = outputs.cols();
  if (outputs.rows() <= size) return outputs.transpose();
  States condensed = States::Zero(size, size);
  for (Index j = 0; j < size; ++j) {
    const double norm = std::sqrt(dot(outputs.col(j), outputs.col(j)));
    condensed(j, j) = norm;
    if (norm == 0.0) continue;
    outputs.col(j) /= norm;
    for (Index k = j + 1; k < size; ++k) {
      condensed(k, j) = dot(outputs.col(j), outputs.col(k));
      outputs.col(k) -= condensed(k, j) * outputs.col(j);
    }
  }
  return condensed;
}

}  // namespace forerun
