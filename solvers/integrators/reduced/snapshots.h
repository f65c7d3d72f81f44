#pragma once

#include <filesystem>
#include <vector>

#include "solvers/equations/ode_problem.h"
#include "solvers/integrators/solver_spec.h"

namespace forerun {

/// How a trajectory is had from which a basis is taken: `intervals` of equal length on [begin, end], each crossed by
/// `solver` once, from u(begin) in `initial_state` or, where that is empty, the problem's own.
struct SnapshotPlan {
  SolverSpec solver;
  double begin = 0.0, end = 1.0;
  Index intervals = 64;
  std::filesystem::path initial_state;

  double interval() const { return (end - begin) / static_cast<double>(intervals); }
};

/// A trajectory: column j is the state at times[j].
struct Snapshots {
  States states;
  std::vector<double> times;
};

/// Throws `ParameterError` for an end that is not after the beginning ("snapshots_end") or a state of another
/// dimension ("initial_from"), `FileError` for its file; as the solver does where that fails.
class SnapshotRun {
 public:
  SnapshotRun(const OdeProblem& problem, SnapshotPlan plan);

  const SnapshotPlan& plan() const { return plan_; }
  /// What becomes of a state in such a time, in intervals no longer than those of the plan.
  State after(double begin, double length, const State& state) const;
  /// Cost: `intervals` slices of the solver, one after the other.
  Snapshots carry_out() const;

 private:
  SnapshotPlan plan_;
  State initial_;
  std::unique_ptr<Propagator> solver_;
};

/// An orthonormal basis of the directions that hold most of the columns, at most `most` (proper orthogonal
/// decomposition): left singular vectors, those left out whose value is below 10⁻¹⁴ of the largest. Deterministic.
/// Cost O(d n²) for n columns. Throws std::invalid_argument where all are zero or one is not finite.
States leading_directions(const States& columns, Index most);

/// These directions, each as long as its singular value: so many columns that stand for all of them when further ones
/// are to be added. Done for 128 columns after the other, of which as many are kept as are asked for.
States condensed(const States& columns, Index most);

}  // namespace forerun
