#include "solvers/integrators/tangent/tangent_modes.h"

#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>
#include <utility>

#include "solvers/integrators/spectral/random_range.h"

namespace forerun {
namespace {

constexpr Index kMoreColumns = 8;

using Transposed = LinearMap::Transposed;

/// left · rightᵀ to rank `modes`, of any left and a right with orthonormal columns.
TangentModes truncated(const States& left, const States& right, Index modes) {
  const Eigen::HouseholderQR<States> qr(left);
  const States upper = qr.matrixQR().topRows(left.cols()).triangularView<Eigen::Upper>();
  const Eigen::JacobiSVD<States> svd(upper, Eigen::ComputeFullV);
  const States kept = svd.matrixV().leftCols(modes);
  return {left * kept, right * kept};
}

/// Orthonormal directions that the fine map makes most of.
States main_directions(const LinearMap& fine, Index dimension, Index modes) {
  const Index count = std::min(dimension, modes + kMoreColumns);
  const States drawn = drawn_columns(dimension, count);
  if (fine.transposed() == Transposed::exactly) {
    const States range = basis_of(fine.apply(basis_of(fine.apply_transposed(drawn))));
    return truncated(fine.apply_transposed(range), range, modes).left;
  }
  States directions = fine.apply(drawn);
  if (fine.transposed() == Transposed::roughly) directions = fine.apply_transposed(directions);
  directions = basis_of(directions);
  return truncated(fine.apply(directions), directions, modes).right;
}

}  // namespace

TwoTangents::TwoTangents(std::unique_ptr<const SolverTangent> fine, std::unique_ptr<const SolverTangent> coarse_tangent,
                         const Propagator& coarse, double fine_work, std::shared_ptr<const Propagator> kept)
    : fine_(std::move(fine)),
      coarse_tangent_(std::move(coarse_tangent)),
      coarse_(coarse),
      fine_work_(fine_work),
      kept_(std::move(kept)) {}

TangentModes TwoTangents::find(const Slice& slice, const StateView& state, Index modes, Of of) const {
  const Index dimension = state.size();
  if (modes == 0) return {States(dimension, 0), States(dimension, 0)};
  const auto fine = fine_->about(slice, state);
  const States directions = modes < dimension ? basis_of(main_directions(*fine, dimension, modes))
                                              : States(States::Identity(dimension, dimension));
  States products = fine->apply(directions);
  if (of == Of::difference) products -= coarse_tangent_->about(slice, state)->apply(directions);
  return {std::move(products), directions};
}

double TwoTangents::fine_solves(Index modes, Index dimension) const {
  if (modes == 0 || !(fine_work_ > 0.0)) return 0.0;
  const Index count = modes + kMoreColumns;
  const double of_fine = modes < dimension ? fine_->work(2 * count, 2 * count) : fine_->work(dimension, 0);
  return (of_fine + coarse_tangent_->work(std::min(modes, dimension), 0)) / fine_work_;
}

}  // namespace forerun
