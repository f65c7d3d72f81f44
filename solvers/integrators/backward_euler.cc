#include "solvers/integrators/backward_euler.h"

#include <Eigen/SparseLU>
#include <cassert>

#include "core/base/errors.h"
#include "core/base/stop_scope.h"
#include "solvers/integrators/factor_cache.h"
#include "solvers/integrators/integration_checks.h"

namespace forerun {
namespace {

using SparseMatrix = Eigen::SparseMatrix<double>;
using Factorization = Eigen::SparseLU<SparseMatrix>;

SparseMatrix assemble(Index dimension, const std::vector<MatrixEntry>& entries) {
  std::vector<Eigen::Triplet<double>> triplets;
  triplets.reserve(entries.size());
  for (const MatrixEntry& entry : entries) {
    triplets.emplace_back(static_cast<int>(entry.row), static_cast<int>(entry.column), entry.value);
  }
  SparseMatrix matrix(dimension, dimension);
  matrix.setFromTriplets(triplets.begin(), triplets.end());
  return matrix;
}

/// As many step lengths as uniform grids of up to a billion slices have (`resolved_length`).
constexpr std::size_t kMostKept = 64;

class BackwardEuler final : public Propagator {
 public:
  BackwardEuler(Index dimension, const std::vector<MatrixEntry>& matrix, Index steps)
      : matrix_(assemble(dimension, matrix)), steps_(steps) {}

  Index dimension() const override { return matrix_.rows(); }
  double work_per_slice() const override { return static_cast<double>(steps_); }

  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    assert(in.size() == dimension() && out.size() == dimension());
    const double step = resolved_length(slice) / static_cast<double>(steps_);
    const std::shared_ptr<const Factorization> factors = kept_.get(step, [&] { return factorize(slice.begin, step); });
    out = in;
    for (Index j = 0; j < steps_; ++j) {
      StopScope::throw_if_stop_requested();
      out = factors->solve(out).eval();
      require_finite(out, slice, j, steps_);
    }
  }

 private:
  std::unique_ptr<const Factorization> factorize(double time, double step) const {
    SparseMatrix identity(dimension(), dimension());
    identity.setIdentity();
    const SparseMatrix system = identity - step * matrix_;
    auto factors = std::make_unique<Factorization>();
    factors->compute(system);
    if (factors->info() != Eigen::Success) {
      throw PropagationError(time, "the matrix of a backward Euler step is singular: " + factors->lastErrorMessage());
    }
    return factors;
  }

  SparseMatrix matrix_;
  Index steps_;
  mutable FactorCache<Factorization> kept_{kMostKept};
};

}  // namespace

std::unique_ptr<Propagator> make_backward_euler(Index dimension, const std::vector<MatrixEntry>& matrix, Index steps) {
  require_steps(steps);
  return std::make_unique<BackwardEuler>(dimension, matrix, steps);
}

}  // namespace forerun
