#pragma once

#include <memory>
#include <vector>

#include "core/execution/slice_executor.h"
#include "core/features/feature_step.h"
#include "learning/networks/operator_network.h"
#include "learning/networks/operator_options.h"

namespace forerun {

class TensorFile;

/// A family of equations in the coordinates of a basis B, u = B y, over a slice whose time is τ ∈ [0, 1],
///
///   dy/dτ = A(q) y + b(q),
///
/// known at some inputs q: what a physics-informed network is fitted to.
struct EquationFamily {
  States modes;               ///< B, d × r, orthonormal columns
  States inputs;              ///< p × n, each in [−1, 1]
  std::vector<States> sides;  ///< n times [A b], r × (r + 1)
};

/// A physics-informed network: no solver's result enters, only the equation. Over one of the `parts` of a slice, all
/// alike, whose time is τ ∈ [0, 1],
///
///   dy/dτ = Σ_j θ_j(τ) Σ_m R_jm ψ_m(q) [y_0; 1],      y(τ) = y_0 + ∫_0^τ dy/dτ,
///
/// θ random features of time, made orthonormal (`TimeLayer`), ψ = [1; q; tanh(W q + c)] random features of the inputs.
/// The initial state is held exactly, integrals and derivatives are formulas, and the network is affine in y_0, as the
/// solution is. So is one part after the other, a small matrix in the end: what does not fade within a part, stiff as
/// it may be, has faded after eight. What a state has outside of B is left out of the result.
///
/// Only R is fitted, to the residual dy/dτ − A y − b at all inputs at once, A and b being those of a slice over
/// `parts`. Its part in θ counts, weighted by (I − A ⊗ ΘᵀS)⁻¹, S = ∫θ: by what it does to the solution, lest stiff
/// directions drown the others. Weighted so, each row of R is a least-squares problem of its own, with one matrix for
/// all.
struct PhysicsOperatorData {
  States modes;
  Index parts = 8;
  TimeLayer time;
  States weights;  ///< W, M × p; a column uniform in ± √(3/p)
  State biases;    ///< c, M; centres of neurons are within the box
  States readout;  ///< (rank · (r + 1) · r) × (1 + p + M)

  Index num_inputs() const { return weights.cols(); }
  Index num_features() const { return 1 + num_inputs() + biases.size(); }
};

class PhysicsOperator final : public OperatorNetwork {
 public:
  explicit PhysicsOperator(PhysicsOperatorData data) : data_(std::move(data)) {}

  std::string_view kind() const override { return "pinn"; }
  Index dimension() const override { return data_.modes.rows(); }
  Index num_inputs() const override { return data_.num_inputs(); }
  Index num_weights() const override { return data_.readout.size(); }
  /// Of a slice once the inputs are known: 2 d r + r².
  double num_operations() const override;
  void evaluate(const StateView& start, const StateView& inputs, StateOut end) const override;
  void describe(TensorFileWriter& writer) const override;

  /// The map over so much of the slice, made once for its inputs: cost (1 + p + M) · rank · r² and some r³.
  std::unique_ptr<const StepMap> over(double part, const StateView& inputs) const override;

  /// Φ of y(τ) = Φ [y_0; 1], r × (r + 1), τ that of a part of the slice, and its derivative in τ.
  States flow(double tau, const StateView& inputs) const;
  States slope(double tau, const StateView& inputs) const;
  /// ψ
  State features(const StateView& inputs) const;
  const PhysicsOperatorData& data() const { return data_; }

 private:
  States combined(const Eigen::RowVectorXd& of_time, const StateView& inputs) const;

  PhysicsOperatorData data_;
};

/// Inputs at which the equation is to be known for a fit, p × n: three for each feature but at most `options.samples`,
/// closer to each other near the faces of the box, its corners among them. Where nothing varies, one.
States physics_inputs(const OperatorOptions& options, Index num_inputs);

/// At most so many bytes are taken for a fit with so many modes at so many inputs.
double physics_fit_bytes(Index modes, Index num_inputs);

/// Cost: for each input 6 complex systems of r unknowns, and a `fit_readout`. Deterministic for any number of threads.
/// Throws std::invalid_argument for a family whose parts do not fit together, or that is not finite.
std::unique_ptr<const PhysicsOperator> fit_physics_operator(const OperatorOptions& options, EquationFamily family,
                                                            SliceExecutor& executor);
/// Throws `ModelFileError` for parts that do not fit together.
std::unique_ptr<const OperatorNetwork> read_physics_operator(const TensorFile& file);

}  // namespace forerun
