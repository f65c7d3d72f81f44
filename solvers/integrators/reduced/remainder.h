#pragma once

#include <memory>
#include <string>
#include <vector>

#include "solvers/equations/ode_problem.h"
#include "solvers/integrators/reduced/reduced_equation.h"
#include "solvers/linear/linear_solver.h"

namespace forerun {

/// What a slice of length h makes of q = u − V Vᵀ u, of which a basis V knows nothing:
///
///   dropped    0: what diffuses fast is gone by the end of a slice anyway
///   explicit   q + h (f(t, u) − f(t, u − q)): Euler's step of the difference, where nothing is stiff
///   implicit   (I − h A)⁻¹ q, A = ∂f/∂u at the mean of the snapshots: damps whatever is stiff
enum class RemainderRule { dropped, explicit_step, implicit_step };

std::string to_string(RemainderRule rule);
/// "auto", and the names above.
std::vector<std::string> remainder_names();

/// A rule for one length of slice. Deterministic; const members are thread-safe.
class Remainder {
 public:
  /// `rule` as `remainder_names()` has it. "auto" is measured: the rough run's solver crosses a slice of this
  /// length from the mean of the snapshots, with and without small noise outside of the basis, then with what that has
  /// become, which is what stays longest, and the rule wins that
  /// says best what became of the noise; "dropped" wins where hardly any is left, or where it is not worse by a half.
  /// Costs nine crossings, and a factorisation of a matrix with the Jacobian's pattern.
  Remainder(const std::string& rule, const OdeProblem& problem, const ReducedEquation& equation,
            const SnapshotRun& rough, const Slice& slice);

  RemainderRule rule() const { return rule_; }
  /// out += what becomes of `rest` = in − V Vᵀ in. Throws `PropagationError` where a linear system has no solution.
  void add(const Slice& slice, const StateView& in, const State& rest, StateOut out) const;

 private:
  State carried(RemainderRule rule, const Slice& slice, const StateView& in, const State& rest) const;
  RemainderRule measured(const ReducedEquation& equation, const SnapshotRun& rough, const Slice& slice);
  bool factorise(const ReducedEquation& equation, double length);

  const OdeProblem& problem_;
  RemainderRule rule_ = RemainderRule::dropped;
  std::shared_ptr<const LinearSolver> solver_;
  std::unique_ptr<Factors<double>> factors_;  ///< of I/h − A
};

}  // namespace forerun
