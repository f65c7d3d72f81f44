#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "solvers/equations/ode_problem.h"
#include "solvers/integrators/factor_cache.h"
#include "solvers/integrators/integrator_registry.h"
#include "solvers/integrators/reduced/reduced_equation.h"
#include "solvers/integrators/reduced/remainder.h"

namespace forerun {

/// What a slice of one length needs of a reduced equation.
struct ReducedSlice {
  States matrix;  ///< of an affine equation: y' = matrix · y + offset
  State offset;
  std::unique_ptr<const Remainder> remainder;
};

/// How a slice is crossed in the coordinates of a basis.
struct ReducedOptions {
  SnapshotPlan snapshots;
  std::vector<std::filesystem::path> files;  ///< states in columns that stand in for a run of our own
  Index basis_size = 32;
  SolverSpec solver;         ///< of y' = …
  SolverSpec affine_solver;  ///< the same where the equation is affine: asked once for all slices of a length
  std::string remainder = "auto";
};

/// Crosses slices in the coordinates of a basis V of directions that a rough run of the same equation had,
///
///   G(u) = V P(Vᵀ u) + R(u − V Vᵀ u),
///
/// P the solver of the reduced equation (reduced_equation.h), R a rule for what lies outside (remainder.h). A state in
/// V, where the equation does not lead out of it, is crossed as the same solver of the whole equation crosses it.
///
/// The basis is found when a slice is first crossed, by a run of the snapshots' solver from the initial state; who asks
/// meanwhile waits. It is a function of problem and options alone, so results do not depend on order or threads. Of an
/// affine equation P is a matrix for each length of slice: 4 r d + 2 r² operations a slice.
class ReducedPropagator final : public Propagator {
 public:
  /// Throws `ParameterError` and `FileError` as `SnapshotRun` does.
  ReducedPropagator(std::shared_ptr<const OdeProblem> problem, ReducedOptions options);

  Index dimension() const override { return problem_->dimension(); }
  double work_per_slice() const override;
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override;

  const ReducedEquation& equation() const { return *found().equation; }
  RemainderRule remainder(const Slice& slice) const { return of_length(slice)->remainder->rule(); }

 private:
  struct Found {
    std::shared_ptr<const ReducedEquation> equation;
    std::unique_ptr<Propagator> solver;
  };

  const Found& found() const;
  Snapshots take_snapshots() const;
  std::shared_ptr<const ReducedEquation> make_equation() const;
  std::shared_ptr<const ReducedSlice> of_length(const Slice& slice) const;
  std::unique_ptr<const ReducedSlice> make_slice(const Slice& slice) const;

  std::shared_ptr<const OdeProblem> problem_;
  ReducedOptions options_;
  SnapshotRun run_;
  mutable std::once_flag is_found_;
  mutable Found found_;
  mutable FactorCache<ReducedSlice> slices_;
};

/// The integrator "pod": a Galerkin model on directions of a rough run (proper orthogonal decomposition), terms that
/// are not affine by discrete empirical interpolation.
IntegratorEntry pod_entry();
std::unique_ptr<Propagator> make_pod(std::shared_ptr<const OdeProblem> problem, const SolverSpec& spec);

/// The integrator "pinn" for equations u' = A u + b: a physics-informed network (core/features/feature_step.h) in the
/// coordinates of such a basis, fitted to the equation once for all initial states there and reused on every slice.
/// The solution is linear in the initial state, and so is the network's readout.
IntegratorEntry pinn_entry();
std::unique_ptr<Propagator> make_pinn(std::shared_ptr<const OdeProblem> problem, const SolverSpec& spec);

}  // namespace forerun
