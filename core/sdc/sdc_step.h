#pragma once

#include "core/base/state_norm.h"
#include "core/sdc/collocation.h"
#include "core/sdc/split_equation.h"

namespace forerun {

/// Which lower triangular matrix a sweep treats the implicit part with.
enum class ImplicitCorrection { euler, lu };

/// Nodes and how a sweep goes from one to the next.
struct SdcMethod {
  Collocation collocation;
  States explicit_weights;  ///< Q^E, strictly lower triangular
  States implicit_weights;  ///< Q^I, lower triangular

  SdcMethod(NodeFamily family, Index num_nodes, ImplicitCorrection correction = ImplicitCorrection::lu);
};

/// One time step by spectral deferred corrections: u at the nodes, and what brings it nearer to the solution of
///
///   u_m = u_0 + h Σ_j Q_mj f(t_j, u_j) + τ_m,      f = e + g,                                            (1)
///
/// which without the right-hand side τ (`forcing`, of a level below another) is the collocation solution. A sweep finds
/// new values ũ one node after the other from
///
///   ũ_m = u_0 + h Σ_{j<m} Q^E_mj ẽ_j + h Σ_{j≤m} Q^I_mj g̃_j + h Σ_j (Q − Q^E)_mj e_j + h Σ_j (Q − Q^I)_mj g_j + τ_m.
///
/// Facts that tests hold: a sweep leaves the solution of (1) where it is; from values that are u_0 everywhere k sweeps
/// give a step of order min(k, order of the nodes).
///
/// Cost of a sweep with M nodes: M evaluations of each part and M solutions, and M² passes over a state and part.
/// Memory: 4 M states. Deterministic; an object belongs to one thread at a time. Equation and method outlive it.
/// Sources: Dutt, Greengard, Rokhlin, BIT 40 (2000), 241–266; Minion, Comm. Math. Sci. 1 (2003), 471–500.
class SdcStep {
 public:
  SdcStep(const SplitEquation& equation, const SdcMethod& method);

  Index num_nodes() const { return method_.collocation.num_nodes(); }
  const Collocation& collocation() const { return method_.collocation; }
  const SplitEquation& equation() const { return equation_; }
  double length() const { return length_; }
  /// t_m.
  double node_time(Index m) const { return begin_ + length_ * method_.collocation.nodes[m]; }

  /// From `begin`, so long; τ = 0.
  void place(double begin, double length);
  State& start() { return start_; }  ///< u_0
  const State& start() const { return start_; }
  /// d × M. Whoever changes them calls `evaluate` before anything else.
  States& values() { return values_; }
  const States& values() const { return values_; }
  States& forcing() { return forcing_; }  ///< τ, d × M
  const States& forcing() const { return forcing_; }

  /// Slopes at all values.
  void evaluate();
  /// u_0 everywhere.
  void spread();
  /// Euler's steps from node to node: a sweep that knows no slopes. Throws as `sweep`.
  void predict();
  /// Throws `PropagationError` where an equation for a node cannot be solved; values are then no longer of use.
  void sweep();

  /// h Σ_j Q_mj f_j in column m, without τ.
  void integrate(States& integrals) const;
  /// max_m ‖r_m‖, r what is left of (1), of which `from` is u_0; infinite where anything is not finite.
  double residual(const StateNorm& norm, const State& from) const;
  double residual(const StateNorm& norm) const { return residual(norm, start_); }
  /// u at the end of the step.
  void end(State& state) const;

  /// Start, values and slopes as numbers in a row, which is all that a sweep with τ = 0 goes on from; and back, into a
  /// step of the same equation, method and place.
  Index num_numbers() const {
    return start_.size() + values_.size() + explicit_slopes_.size() + implicit_slopes_.size();
  }
  void save(StateOut numbers) const;
  void restore(const StateView& numbers);

 private:
  /// base_ = what a sweep knows beforehand.
  void set_base();
  void find(Index m);

  const SplitEquation& equation_;
  const SdcMethod& method_;
  double begin_ = 0.0;
  double length_ = 0.0;
  State start_;
  States values_, explicit_slopes_, implicit_slopes_, forcing_;
  States base_;
};

}  // namespace forerun
