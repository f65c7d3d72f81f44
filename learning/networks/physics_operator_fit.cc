#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <stdexcept>
#include <utility>

#include "learning/networks/physics_operator.h"
#include "learning/numerics/random_stream.h"
#include "learning/numerics/readout.h"

namespace forerun {
namespace {

constexpr Index kTimeNeurons = 12;
constexpr Index kInputsAFeature = 3;
constexpr Index kMostCorners = 64;
constexpr double kSteepestInInputs = 1.0;
constexpr std::uint64_t kPhysicsLayerStream = 0, kPhysicsInputStream = 2;

void draw_physics_layer(const OperatorOptions& options, Index p, PhysicsOperatorData& data) {
  const Index neurons = p > 0 ? options.neurons : 0;
  const RandomStream stream(options.seed, kPhysicsLayerStream);
  const double range = p > 0 ? kSteepestInInputs * std::sqrt(3.0 / static_cast<double>(p)) : 0.0;
  data.weights.resize(neurons, p);
  data.biases.setZero(neurons);
  std::uint64_t next = 0;
  for (Index m = 0; m < neurons; ++m) {
    for (Index j = 0; j < p; ++j) {
      data.weights(m, j) = range * stream.uniform(next++);
      data.biases[m] -= data.weights(m, j) * stream.uniform(next++);
    }
  }
}

/// What the network is to read out at one input, were it the only one: the coefficients in θ of dy/dτ, one r × (r + 1)
/// after the other, whose residual at the points is orthogonal to θ. In the modes of ΘᵀS = X Λ X⁻¹,
///
///   (I − λ_k A) D_k = [A b] (X⁻¹ Θᵀ 1)_k,      C_j = Σ_k X_jk D_k.
State solved_alone(const FeatureStep& step, const States& sides) {
  const Index r = sides.rows(), size = sides.size(), rank = step.rank();
  const Eigen::VectorXcd ones = step.to_modes * step.basis.colwise().sum().transpose();
  State result = State::Zero(rank * size);
  for (Index k = 0; k < rank; ++k) {
    const std::complex<double> eigenvalue = step.eigenvalues[k];
    if (eigenvalue.imag() < 0.0) continue;  // the other of a pair
    const Eigen::MatrixXcd matrix = Eigen::MatrixXcd::Identity(r, r) - eigenvalue * sides.leftCols(r);
    const Eigen::MatrixXcd mode = Eigen::PartialPivLU<Eigen::MatrixXcd>(matrix).solve(ones[k] * sides);
    const double count = eigenvalue.imag() > 0.0 ? 2.0 : 1.0;
    for (Index j = 0; j < rank; ++j)
      Eigen::Map<States>(result.data() + j * size, r, r + 1) += count * (step.from_modes(j, k) * mode).real();
  }
  return result;
}

void check_family(const EquationFamily& family) {
  const Index r = family.modes.cols(), n = family.inputs.cols();
  bool is_sound = r > 0 && n > 0 && static_cast<Index>(family.sides.size()) == n && family.modes.allFinite();
  for (const States& sides : family.sides)
    is_sound = is_sound && sides.rows() == r && sides.cols() == r + 1 && sides.allFinite();
  if (!is_sound) throw std::invalid_argument("pinn: the equations do not fit together, or are not finite");
}

}  // namespace

States physics_inputs(const OperatorOptions& options, Index num_inputs) {
  const Index p = num_inputs;
  if (p == 0) return States(0, 1);
  const Index features = 1 + p + options.neurons;
  const Index corners = p < 6 ? Index{1} << p : kMostCorners;
  const Index count = std::max(corners + 1, std::min(options.samples, kInputsAFeature * features));
  const RandomStream stream(options.seed, kPhysicsInputStream);
  States inputs(p, count);
  for (Index i = 0; i < count; ++i) {
    for (Index j = 0; j < p; ++j) {
      const double lot = stream.uniform(static_cast<std::uint64_t>(i * p + j));
      const double corner = j < 6 && ((i >> j) & 1) != 0 ? 1.0 : -1.0;
      inputs(j, i) = i < corners ? corner : std::sin(0.5 * std::numbers::pi * lot);
    }
  }
  return inputs;
}

double physics_fit_bytes(Index modes, Index num_inputs) {
  constexpr double copies = 3.0;  // what is to be fitted, on its way through the solver, and the result
  return copies * sizeof(double) * static_cast<double>(kTimeNeurons + 2) * static_cast<double>(modes * (modes + 1)) *
         static_cast<double>(num_inputs);
}

std::unique_ptr<const PhysicsOperator> fit_physics_operator(const OperatorOptions& options, EquationFamily family,
                                                            SliceExecutor& executor) {
  check_family(family);
  const FeatureStep step = make_feature_step(kTimeNeurons);
  PhysicsOperatorData data;
  data.modes = std::move(family.modes);
  data.parts = options.parts;
  data.time = step.layer;
  draw_physics_layer(options, family.inputs.rows(), data);
  const Index r = data.modes.cols(), count = family.inputs.cols();
  data.readout.setZero(step.rank() * r * (r + 1), data.num_features());
  const PhysicsOperator unfitted(data);
  States features(data.num_features(), count), targets(data.readout.rows(), count);
  executor.for_each(count, [&](Index i) {
    features.col(i) = unfitted.features(family.inputs.col(i));
    targets.col(i) = solved_alone(step, family.sides[static_cast<std::size_t>(i)] / static_cast<double>(data.parts));
  });
  const double ridge = options.ridge * features.squaredNorm() / static_cast<double>(features.rows());
  data.readout = fit_readout(features, targets, ridge);
  return std::make_unique<PhysicsOperator>(std::move(data));
}

}  // namespace forerun
