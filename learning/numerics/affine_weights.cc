#include "learning/numerics/affine_weights.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "learning/numerics/kernels.h"
#include "learning/numerics/scratch.h"

namespace forerun {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr int kMaxJacobiSweeps = 30;

/// Overwrites the top of `a` (rows ≥ columns) with its triangular factor and `b` with Qᵀ b.
void triangularize(Eigen::Ref<States> a, Eigen::Ref<State> b) {
  for (Index j = 0; j < a.cols(); ++j) {
    const Index rows = a.rows() - j;
    auto x = a.col(j).tail(rows);
    const double norm = std::sqrt(dot(x, x));
    if (norm == 0.0) continue;
    const double beta = -std::copysign(norm, x[0]);
    const double scale = 1.0 / (norm * (norm + std::abs(x[0])));  // 2 / ‖v‖²
    x[0] -= beta;                                                 // x is the reflector v now
    for (Index c = j + 1; c < a.cols(); ++c) a.col(c).tail(rows) -= (scale * dot(x, a.col(c).tail(rows))) * x;
    b.tail(rows) -= (scale * dot(x, b.tail(rows))) * x;
    x.setZero();
    x[0] = beta;
  }
}

/// Rotates two columns of `a`, and those of `v` with them, so that they become orthogonal; false if they were.
bool orthogonalize(Eigen::Ref<States> a, Eigen::Ref<States> v, Index p, Index q) {
  const double pp = dot(a.col(p), a.col(p)), qq = dot(a.col(q), a.col(q)), pq = dot(a.col(p), a.col(q));
  if (std::abs(pq) <= kEpsilon * std::sqrt(pp * qq)) return false;
  const double zeta = (qq - pp) / (2.0 * pq);
  const double tangent = std::copysign(1.0, zeta) / (std::abs(zeta) + std::sqrt(1.0 + zeta * zeta));
  const double cosine = 1.0 / std::sqrt(1.0 + tangent * tangent), sine = cosine * tangent;
  for (Eigen::Ref<States>* matrix : {&a, &v}) {
    for (Index i = 0; i < matrix->rows(); ++i) {
      const double x = (*matrix)(i, p), y = (*matrix)(i, q);
      (*matrix)(i, p) = cosine * x - sine * y;
      (*matrix)(i, q) = sine * x + cosine * y;
    }
  }
  return true;
}

/// y = a⁺ b by a V = U Σ, singular values below relative_cutoff · max(σ_max, scale) taken as zero; `a` is overwritten
/// by U Σ, `v` by V.
void solve_minimum_norm(Eigen::Ref<States> a, Eigen::Ref<States> v, const StateView& b, double relative_cutoff,
                        double scale, StateOut y) {
  const Index size = a.cols();
  v.setIdentity();
  bool rotated = true;
  for (int sweep = 0; rotated && sweep < kMaxJacobiSweeps; ++sweep) {
    rotated = false;
    for (Index p = 0; p + 1 < size; ++p)
      for (Index q = p + 1; q < size; ++q) rotated = orthogonalize(a, v, p, q) || rotated;
  }
  double largest = 0.0;
  for (Index j = 0; j < size; ++j) largest = std::max(largest, dot(a.col(j), a.col(j)));
  const double cutoff = relative_cutoff * std::max(std::sqrt(largest), scale);
  y.setZero();
  for (Index j = 0; j < size; ++j) {
    const double energy = dot(a.col(j), a.col(j));
    if (std::sqrt(energy) > cutoff) y += (dot(a.col(j), b) / energy) * v.col(j);
  }
}

}  // namespace

void affine_weights(const StatesView& features, const StateView& query, StateOut weights) {
  const Index num_features = features.rows(), num_samples = features.cols(), num_contrasts = num_samples - 1;
  if (num_samples < 1 || num_features < 1 || query.size() != num_features || weights.size() != num_samples)
    throw std::invalid_argument("affine weights: mismatched shapes");
  weights.setConstant(1.0 / static_cast<double>(num_samples));
  if (num_contrasts == 0) return;

  // Columns of Φ H from differences to the first sample, which keep their digits when the samples are close together.
  thread_local Scratch contrast_memory, side_memory, small_memory;
  const Index rows = std::max(num_features, num_contrasts);
  auto contrasts = contrast_memory.matrix(rows, num_contrasts);
  auto side = side_memory.matrix(rows, 2);
  contrasts.setZero();
  auto right = side.col(0);
  auto sum = side.col(1).head(num_features);
  right.setZero();
  sum.setZero();
  for (Index j = 1; j < num_samples; ++j) {
    const auto count = static_cast<double>(j);
    auto column = contrasts.col(j - 1).head(num_features);
    column = features.col(j) - features.col(0);
    sum += column;
    column = (sum - (count + 1.0) * column) / std::sqrt(count * (count + 1.0));
  }
  right.head(num_features) = (query - features.col(0)) - sum / static_cast<double>(num_samples);

  triangularize(contrasts, right);
  auto small = small_memory.matrix(num_contrasts, 2 * num_contrasts + 1);
  auto triangle = small.leftCols(num_contrasts);
  triangle = contrasts.topRows(num_contrasts);
  auto coefficients = small.col(2 * num_contrasts);
  const double cutoff = kEpsilon * static_cast<double>(std::max(num_features, num_samples));
  solve_minimum_norm(triangle, small.middleCols(num_contrasts, num_contrasts), right.head(num_contrasts), cutoff,
                     std::sqrt(dot(query, query)), coefficients);
  for (Index j = 1; j < num_samples; ++j) {
    const auto count = static_cast<double>(j);
    const double share = coefficients[j - 1] / std::sqrt(count * (count + 1.0));
    weights.head(j).array() += share;
    weights[j] -= count * share;
  }
}

}  // namespace forerun
