#pragma once

#include <memory>
#include <vector>

#include "core/execution/slice_executor.h"
#include "core/features/feature_step.h"
#include "learning/networks/operator_network.h"
#include "learning/networks/operator_options.h"

namespace forerun {

class TensorFile;

/// A physics-informed network for equations that are not linear, in the coordinates of a basis B, u = B y: no solver's
/// result enters, only the equation. Over one of the `parts` of a slice, all alike, whose time is τ ∈ [0, 1],
///
///   dy/dτ = Σ_j θ_j(τ) R_j ψ(x, q),      y(τ) = y_0 + ∫_0^τ dy/dτ,      x = (y_0 − centre) / scale,
///
/// θ random features of time, made orthonormal (`TimeLayer`), q the inputs, and of z = [x; q]
///
///   ψ = [1; z; products z_i z_j; tanh(W z + c)],
///
/// products of the first `products` coordinates and the inputs with each other, and of the inputs with the rest. The
/// initial state is held exactly; integrals in time are formulas. One part is put after the other. What a state has
/// outside of B is left out of the result. Where states leave the ranges that the network was fitted in, so do
/// promises.
struct PhysicsFlowData {
  States modes;  ///< B, d × r
  Index parts = 8;
  TimeLayer time;
  State centre, scale;  ///< of the coordinates, r
  Index products = 0;   ///< at most r
  States weights;       ///< W, M × (r + p)
  State biases;         ///< c, M
  States readout;       ///< R_1, R_2, … below each other, (rank · r) × features

  Index num_coordinates() const { return modes.cols(); }
  Index num_inputs() const { return weights.cols() - modes.cols(); }
  Index num_products() const;
  Index num_features() const { return 1 + weights.cols() + num_products() + biases.size(); }
};

class PhysicsFlow final : public OperatorNetwork {
 public:
  explicit PhysicsFlow(PhysicsFlowData data) : data_(std::move(data)) {}

  std::string_view kind() const override { return "nonlinear_pinn"; }
  Index dimension() const override { return data_.modes.rows(); }
  Index num_inputs() const override { return data_.num_inputs(); }
  Index num_weights() const override { return data_.readout.size(); }
  /// Of a slice: 2 d r + parts · (M (r + p) + r · features).
  double num_operations() const override;
  void evaluate(const StateView& start, const StateView& inputs, StateOut end) const override;
  void describe(TensorFileWriter& writer) const override;

  /// The map over so much of the slice: readouts of the parts' end are made once, rank · r · features operations.
  std::unique_ptr<const StepMap> over(double part, const StateView& inputs) const override;

  /// y(τ) and dy/dτ from the coordinates y_0, τ that of one part.
  State state_at(double tau, const StateView& coordinates, const StateView& inputs) const;
  State slope_at(double tau, const StateView& coordinates, const StateView& inputs) const;
  /// ψ
  State features(const StateView& coordinates, const StateView& inputs) const;
  const PhysicsFlowData& data() const { return data_; }

 private:
  State combined(const Eigen::RowVectorXd& of_time, const StateView& coordinates, const StateView& inputs) const;

  PhysicsFlowData data_;
};

/// The equation in the coordinates of a basis at the parameters of each sample, time being that of the slice:
/// dy/dt = g_s(y). Const members may run on many threads.
class FlowEquations {
 public:
  virtual ~FlowEquations() = default;

  virtual void evaluate(Index sample, const StateView& state, StateOut slope) const = 0;
  /// jacobian = ∂g_s/∂y, r × r
  virtual void differentiate(Index sample, const StateView& state, States& jacobian) const = 0;
};

/// Where the equation is asked: states that slices may begin with, and the inputs that go with each.
struct FlowSamples {
  States modes;   ///< B, d × r, orthonormal columns
  States starts;  ///< coordinates, r × n
  States inputs;  ///< p × n, in [−1, 1]
};

struct PhysicsFlowFit {
  std::unique_ptr<const PhysicsFlow> network;
  Index iterations = 0;
  /// √(Σ_s ‖δ_s‖² / Σ_s ‖C_s‖²), δ below: what is left of the residual, by what it does to the solution.
  double residual = 0.0;
};

/// How many features such a network has; samples should be a few times as many.
Index num_flow_features(const OperatorOptions& options, Index coordinates, Index inputs);

/// At most so many bytes are taken for a fit.
double flow_fit_bytes(const OperatorOptions& options, Index coordinates, Index inputs, Index samples);

/// Fits R to the residual of the equation at all samples at once, by Gauss–Newton.
///
/// A sample's coefficients in θ are C_s = [R_1 ψ_s, R_2 ψ_s, …]; the residual's part in θ is
/// ρ_s = ∫ θ (dy/dτ − g_s(y(τ)) / parts) at the points of time. It counts by what it does to the solution: weighted by
/// (I − A_s ⊗ ΘᵀS)⁻¹, A_s the derivative of g_s / parts in the middle of the part, S = ∫θ. So weighted, δ_s, the
/// linearised problem is, for every row of R alike, min Σ_s ‖R ψ_s − (C_s − δ_s)‖² + λ ‖R‖²: one matrix for all rows.
/// The step towards its solution is halved until Σ ‖δ_s‖², weights as they are, has fallen enough (P. Deuflhard's
/// natural level function); A_s is taken anew as long as steps are large. Begins with R = 0. Neurons are of one
/// steepness of four, that which reads out the solution of the first linearised problem best.
///
/// Cost: an iteration and trial, for each sample 12 evaluations of g and 4 complex systems of r unknowns, and a
/// `fit_readout` an iteration and four before. Deterministic for any number of threads. Throws std::invalid_argument
/// where samples do not fit together or something is not finite, g and its derivative at the samples included.
PhysicsFlowFit fit_physics_flow(const OperatorOptions& options, FlowSamples samples, const FlowEquations& equations,
                                SliceExecutor& executor);
/// Throws `ModelFileError` for parts that do not fit together.
std::unique_ptr<const OperatorNetwork> read_physics_flow(const TensorFile& file);

}  // namespace forerun
