#include "solvers/integrators/spectral/spectral_map.h"

#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>
#include <limits>
#include <vector>

#include "solvers/integrators/spectral/random_range.h"

namespace forerun {
namespace {

constexpr Index kLeastBlock = 8, kMostBlock = 64;
/// Of what is left out, by how much a mode that is kept may be off.
constexpr double kModeError = 0.01;

/// An orthonormal basis of the columns, orthogonal to `others`, too. Twice: what a first pass leaves of columns that
/// lie in them is noise.
States basis_beside(const States& others, States columns) {
  for (int pass = 0; pass < 2; ++pass) {
    columns -= others * (others.transpose() * columns).eval();
    columns = basis_of(columns);
  }
  return columns;
}

void append(const States& columns, States& to) {
  to.conservativeResize(columns.rows(), to.cols() + columns.cols());
  to.rightCols(columns.cols()) = columns;
}

/// T = left · rightᵀ with orthonormal columns on the left.
struct Factorised {
  States left, right;

  /// Of right = Q R, T = left Rᵀ Qᵀ.
  States upper(const Eigen::HouseholderQR<States>& qr) const {
    return qr.matrixQR().topRows(right.cols()).triangularView<Eigen::Upper>();
  }

  State singular_values() const {
    const Eigen::HouseholderQR<States> qr(right);
    return Eigen::JacobiSVD<States>(upper(qr)).singularValues();
  }

  void keep_modes(Index modes, SpectralMap& map) const {
    const Eigen::HouseholderQR<States> qr(right);
    const Index count = right.cols();
    const Eigen::JacobiSVD<States> svd(upper(qr).transpose(), Eigen::ComputeFullU | Eigen::ComputeFullV);
    const States rotated = qr.householderQ() * States::Identity(right.rows(), count);
    map.left = left * svd.matrixU().leftCols(modes) * svd.singularValues().head(modes).asDiagonal();
    map.right = rotated * svd.matrixV().leftCols(modes);
    map.largest = svd.singularValues()[0];
    map.left_out = modes < count ? svd.singularValues()[modes] : 0.0;
  }
};

/// A mode is off by the square root of what its value is off by, in units of the largest.
bool stand_still(const State& before, const State& now) {
  const double wanted = kModeError * now[now.size() - 1] / now[0];
  const double change = (now - before).cwiseAbs().maxCoeff() / now[0];
  return change <= std::max(wanted * wanted, std::numeric_limits<double>::epsilon());
}

/// Blocks (T Tᵀ)^k T Ω until singular values no longer change, or there are as many columns as `most`.
Factorised krylov_factors(const Propagator& linear, const Propagator& transposed, const Slice& slice, Index modes,
                          Index most) {
  const Index dimension = linear.dimension();
  const Index block = std::clamp(modes / 4, kLeastBlock, kMostBlock);
  Factorised found{States(dimension, 0), States(dimension, 0)};
  States next = across(linear, slice, drawn_columns(dimension, block));
  State before;
  while (true) {
    const States basis = basis_beside(found.left, std::move(next));
    const States image = across(transposed, slice, basis);
    append(basis, found.left);
    append(image, found.right);
    if (found.left.cols() + block > most) return found;
    if (found.left.cols() > modes) {
      const State values = found.singular_values();
      const State kept = values.head(modes + 1);
      if (before.size() > 0 && stand_still(before, kept)) return found;
      before = kept;
    }
    next = across(linear, slice, image);
  }
}

}  // namespace

void SpectralMap::apply(const StateView& in, StateOut out) const {
  const State coordinates = right.transpose() * in;
  out = State(offset + left * coordinates);
}

SpectralMap find_spectral_map(const Propagator& fine, const Propagator& linear, const Propagator& transposed,
                              const Slice& slice, Index modes) {
  const Index dimension = fine.dimension();
  const Index kept = std::min(modes, dimension);
  SpectralMap map;
  map.offset.resize(dimension);
  fine.propagate(slice, State::Zero(dimension), map.offset);
  if (kept == 0) {
    map.left.resize(dimension, 0);
    map.right.resize(dimension, 0);
    map.largest = map.left_out = std::numeric_limits<double>::infinity();
    return map;
  }
  const Index most = 4 * (kept + kLeastBlock);
  if (most >= dimension) {
    const States identity = States::Identity(dimension, dimension);
    Factorised{identity, across(transposed, slice, identity)}.keep_modes(kept, map);
  } else {
    krylov_factors(linear, transposed, slice, kept, most).keep_modes(kept, map);
  }
  return map;
}

}  // namespace forerun
