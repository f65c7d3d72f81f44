#include "learning/subspace/pod_basis.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "learning/numerics/column_blocks.h"
#include "learning/numerics/kernels.h"
#include "learning/subspace/sketch.h"

namespace forerun {
namespace {

constexpr Index kSnapshotBlock = 64;
constexpr Index kSketchSize = 4096;
constexpr std::uint64_t kSketchSeed = 1;

/// aᵀ b.
States overlaps(const StatesView& a, const StatesView& b, SliceExecutor& executor) {
  States result = States::Zero(a.cols(), b.cols());
  for_each_column_block(executor, b.cols(), kSnapshotBlock, [&](Index first, Index count) {
    add_transposed_product(a, b.middleCols(first, count), result.middleCols(first, count));
  });
  return result;
}

/// y += alpha a b.
void add(double alpha, const StatesView& a, const StatesView& b, States& y, SliceExecutor& executor) {
  for_each_column_block(executor, b.cols(), kSnapshotBlock, [&](Index first, Index count) {
    add_product(alpha, a, b.middleCols(first, count), y.middleCols(first, count));
  });
}

/// 0 for 0. Dividing by it changes no digit, and keeps squares from overflow.
double power_of_two_near(double value) { return value > 0.0 ? std::ldexp(1.0, std::ilogb(value)) : 0.0; }

States sketch_of(const StatesView& vectors, SliceExecutor& executor) {
  if (vectors.rows() <= kSketchSize) return vectors;
  const Sketch sketch(vectors.rows(), kSketchSize, kSketchSeed);
  States result(kSketchSize, vectors.cols());
  for_each_column_block(executor, vectors.cols(), kSnapshotBlock, [&](Index first, Index count) {
    for (Index c = first; c < first + count; ++c) sketch.apply(vectors.col(c), result.col(c));
  });
  return result;
}

/// Orthonormalises nearly orthonormal columns: V ← V R⁻¹, RᵀR = VᵀV, twice.
void orthonormalize(States& vectors, SliceExecutor& executor) {
  for (int pass = 0; pass < 2; ++pass) {
    const Index size = vectors.cols();
    const States gram = overlaps(vectors, vectors, executor);
    const States inverse = gram.llt().matrixU().solve(States::Identity(size, size));
    States result = States::Zero(vectors.rows(), size);
    add(1.0, vectors, inverse, result, executor);
    vectors.swap(result);
  }
}

}  // namespace

PodBasis::PodBasis(Index dimension, Index first_modes, double tolerance)
    : allowed_modes_(first_modes),
      more_modes_(std::max<Index>(1, first_modes / 4)),
      tolerance_(tolerance),
      modes_(dimension, 0) {
  if (dimension < 1 || first_modes < 1 || !(tolerance > 0 && tolerance < 1))
    throw std::invalid_argument("POD basis: needs dimension ≥ 1, first_modes ≥ 1 and 0 < tolerance < 1");
}

States PodBasis::append(const StatesView& samples, SliceExecutor& executor) {
  if (samples.rows() != modes_.rows()) throw std::invalid_argument("POD basis: samples have another dimension");
  States coefficients = overlaps(modes_, samples, executor);
  const States added = missing_modes(samples, coefficients, executor);
  if (added.cols() == 0) return coefficients;

  const Index before = modes_.cols();
  States grown(modes_.rows(), before + added.cols());
  grown << modes_, added;
  modes_.swap(grown);
  States all(modes_.cols(), samples.cols());
  all << coefficients, overlaps(added, samples, executor);
  return all;
}

States PodBasis::missing_modes(const StatesView& samples, const States& coefficients, SliceExecutor& executor) {
  const Index room = std::min(allowed_modes_, modes_.rows()) - modes_.cols();
  allowed_modes_ += more_modes_;
  if (room == 0 || samples.cols() == 0) return {modes_.rows(), 0};
  const bool is_first = unit_ == 0.0;
  if (is_first) unit_ = power_of_two_near(samples.cwiseAbs().maxCoeff());
  if (unit_ == 0.0) return {modes_.rows(), 0};
  States missed = sketch_of(samples, executor) / unit_;
  if (is_first) reference_energy_ = missed.squaredNorm();
  add(-1.0 / unit_, sketch_of(modes_, executor), coefficients, missed, executor);

  const Eigen::SelfAdjointEigenSolver<States> snapshots(overlaps(missed, missed, executor));
  const Eigen::VectorXd& energies = snapshots.eigenvalues();  // ascending
  const double cutoff = tolerance_ * tolerance_ * reference_energy_;
  Index count = 0;
  while (count < std::min(room, samples.cols()) && energies[samples.cols() - 1 - count] > cutoff) ++count;
  if (count == 0) return {modes_.rows(), 0};

  // E V Σ⁻¹ with E = Y − B C, never formed.
  States combination = snapshots.eigenvectors().rightCols(count).rowwise().reverse();
  for (Index j = 0; j < count; ++j) combination.col(j) /= std::sqrt(energies[samples.cols() - 1 - j]) * unit_;
  States added = States::Zero(modes_.rows(), count);
  add(1.0, samples, combination, added, executor);
  // Twice is enough to be orthogonal to the basis in working precision.
  for (int pass = 0; pass < 2; ++pass) {
    add(-1.0, modes_, overlaps(modes_, added, executor), added, executor);
    orthonormalize(added, executor);
  }
  return added;
}

}  // namespace forerun
