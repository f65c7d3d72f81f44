#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <stdexcept>
#include <utility>

#include "core/base/stop_scope.h"
#include "learning/networks/physics_flow.h"
#include "learning/numerics/random_stream.h"
#include "learning/numerics/readout.h"

namespace forerun {
namespace {

constexpr Index kFlowTimeNeurons = 6;
constexpr Index kMostProductCoordinates = 12;
constexpr double kSteepnesses[] = {2.0, 1.0, 0.5, 0.25};  ///< of neurons, √3 at most across half an input's range
constexpr std::uint64_t kFlowLayerStream = 0, kFlowCentreStream = 3;

constexpr Index kMostFlowIterations = 20;
constexpr double kSettledStep = 1e-3;   ///< of the coefficients: weights stay as they are from here on
constexpr double kSmallestStep = 1e-9;  ///< likewise: nothing is left to be gained
constexpr double kShortest = 1.0 / 64.0;
constexpr double kFallsEnough = 0.1;  ///< of what the linearised problem promises

/// Half ranges of the coordinates; of one that does not vary its size.
void find_ranges(const States& starts, PhysicsFlowData& data) {
  const State lowest = starts.rowwise().minCoeff(), highest = starts.rowwise().maxCoeff();
  data.centre = 0.5 * (lowest + highest);
  data.scale = 0.5 * (highest - lowest);
  const double largest = std::max(starts.cwiseAbs().maxCoeff(), std::numeric_limits<double>::min());
  for (double& scale : data.scale) {
    if (!(scale > 1e-12 * largest)) scale = largest;
  }
}

/// Neurons of steepness 1 whose centres are inputs of samples.
void draw_flow_layer(const OperatorOptions& options, const FlowSamples& samples, PhysicsFlowData& data) {
  const Index r = samples.starts.rows(), p = samples.inputs.rows(), count = samples.starts.cols();
  const RandomStream stream(options.seed, kFlowLayerStream), centres(options.seed, kFlowCentreStream);
  const double range = std::sqrt(3.0);
  data.weights.resize(options.neurons, r + p);
  data.biases.resize(options.neurons);
  State z(r + p);
  for (Index m = 0; m < options.neurons; ++m) {
    const auto s = static_cast<Index>(centres.bits(static_cast<std::uint64_t>(m)) % static_cast<std::uint64_t>(count));
    z << (samples.starts.col(s) - data.centre).cwiseQuotient(data.scale), samples.inputs.col(s);
    for (Index j = 0; j < z.size(); ++j)
      data.weights(m, j) = range * stream.uniform(static_cast<std::uint64_t>(m * z.size() + j));
    data.biases[m] = -data.weights.row(m).dot(z.transpose());
  }
}

/// Coefficients of all samples and what is left of the equation: columns are samples, r numbers for each of θ.
class FlowResiduals {
 public:
  FlowResiduals(const FlowSamples& samples, const FlowEquations& equations, const FeatureStep& step, double share,
                SliceExecutor& executor)
      : samples_(samples), equations_(equations), step_(step), share_(share), executor_(executor) {
    jacobians_.resize(static_cast<std::size_t>(samples.starts.cols()));
  }

  /// The weights' derivatives, at the state in the middle of each part.
  void linearise(const States& coefficients) {
    const Eigen::RowVectorXd middle = step_.layer.integrals(0.5);
    executor_.for_each(samples_.starts.cols(), [&](Index s) {
      StopScope::throw_if_stop_requested();
      States& jacobian = jacobians_[static_cast<std::size_t>(s)];
      equations_.differentiate(s, samples_.starts.col(s) + of_sample(coefficients, s) * middle.transpose(), jacobian);
      jacobian *= share_;
    });
  }

  /// δ of each sample; NaN where g is not finite.
  States weighted(const States& coefficients) const {
    States result(coefficients.rows(), coefficients.cols());
    executor_.for_each(samples_.starts.cols(), [&](Index s) {
      StopScope::throw_if_stop_requested();
      const States delta = solve(s, residual(s, of_sample(coefficients, s)));
      result.col(s) = Eigen::Map<const State>(delta.data(), delta.size());
    });
    return result;
  }

 private:
  Eigen::Map<const States> of_sample(const States& coefficients, Index s) const {
    return {coefficients.col(s).data(), samples_.starts.rows(), step_.rank()};
  }

  States residual(Index s, const States& coefficients) const {
    const Index r = samples_.starts.rows(), points = step_.points.size();
    States stages = coefficients * step_.integrals.transpose(), slopes(r, points);
    stages.colwise() += samples_.starts.col(s);
    State slope(r);
    for (Index i = 0; i < points; ++i) {
      equations_.evaluate(s, stages.col(i), slope);
      slopes.col(i) = share_ * slope;
    }
    return coefficients - slopes * step_.basis;
  }

  /// x of (I − A ⊗ ΘᵀS) x = residual, in the modes of ΘᵀS.
  States solve(Index s, const States& residual) const {
    const Index r = residual.rows();
    const States& jacobian = jacobians_[static_cast<std::size_t>(s)];
    Eigen::MatrixXcd modes = residual.cast<std::complex<double>>() * step_.to_modes.transpose();
    for (Index k = 0; k < step_.rank(); ++k) {
      const std::complex<double> eigenvalue = step_.eigenvalues[k];
      if (eigenvalue.imag() < 0.0) {
        modes.col(k) = modes.col(k - 1).conjugate();
        continue;
      }
      const Eigen::MatrixXcd matrix = Eigen::MatrixXcd::Identity(r, r) - eigenvalue * jacobian;
      modes.col(k) = Eigen::PartialPivLU<Eigen::MatrixXcd>(matrix).solve(modes.col(k)).eval();
    }
    return (modes * step_.from_modes.transpose()).real();
  }

  const FlowSamples& samples_;
  const FlowEquations& equations_;
  const FeatureStep& step_;
  double share_;
  SliceExecutor& executor_;
  std::vector<States> jacobians_;
};

/// Σ ‖·‖², each coordinate in its own scale.
double size_of(const States& coefficients, const State& scale) {
  const Index r = scale.size();
  State sums = State::Zero(coefficients.cols());
  for (Index s = 0; s < coefficients.cols(); ++s) {
    for (Index j = 0; j < coefficients.rows(); j += r)
      sums[s] += coefficients.col(s).segment(j, r).cwiseQuotient(scale).squaredNorm();
  }
  return sums.sum();
}

/// The features of all samples, and how they are read out.
struct FlowLayer {
  States features;
  double ridge;

  States readout_for(const States& target) const { return fit_readout(features, target, ridge); }
};

FlowLayer layer_of(const OperatorOptions& options, const FlowSamples& samples, const PhysicsFlowData& data,
                   SliceExecutor& executor) {
  FlowLayer layer{States(data.num_features(), samples.starts.cols()), 0.0};
  const PhysicsFlow unfitted(data);
  executor.for_each(samples.starts.cols(), [&](Index s) {
    layer.features.col(s) = unfitted.features(samples.starts.col(s), samples.inputs.col(s));
  });
  layer.ridge = options.ridge * layer.features.squaredNorm() / static_cast<double>(layer.features.rows());
  return layer;
}

/// Of layers that differ in steepness the one that reads out `target`, the solution of the first linearised problem,
/// best. What suits differs by a factor of ten between equations, and the residual in the end by a hundred.
FlowLayer choose_flow_layer(const OperatorOptions& options, const FlowSamples& samples, const States& target,
                            SliceExecutor& executor, PhysicsFlowData& data) {
  draw_flow_layer(options, samples, data);
  const States weights = data.weights;
  const State biases = data.biases;
  FlowLayer best;
  double least = std::numeric_limits<double>::infinity(), chosen = 1.0;
  for (const double steepness : kSteepnesses) {
    StopScope::throw_if_stop_requested();
    data.weights = steepness * weights;
    data.biases = steepness * biases;
    FlowLayer layer = layer_of(options, samples, data, executor);
    const double left = size_of(target - layer.readout_for(target) * layer.features, data.scale);
    if (best.features.size() > 0 && !(left < least)) continue;
    best = std::move(layer);
    least = left;
    chosen = steepness;
  }
  data.weights = chosen * weights;
  data.biases = chosen * biases;
  return best;
}

void check_samples(const FlowSamples& samples, const FlowEquations& equations, SliceExecutor& executor) {
  const Index r = samples.modes.cols(), count = samples.starts.cols();
  bool is_sound = r > 0 && count > 0 && samples.starts.rows() == r && samples.inputs.cols() == count &&
                  samples.modes.allFinite() && samples.starts.allFinite() && samples.inputs.allFinite();
  if (!is_sound) throw std::invalid_argument("pinn: the samples do not fit together, or are not finite");
  States slopes(r, count);
  executor.for_each(count, [&](Index s) { equations.evaluate(s, samples.starts.col(s), slopes.col(s)); });
  if (!slopes.allFinite()) throw std::invalid_argument("pinn: the equation is not finite at a sample");
}

/// The readout and how far it has come; `coefficients` are its products with the features.
struct FlowIterate {
  States readout, coefficients, delta;
  double level = 0.0;
};

/// Towards `target` as far as the level falls enough. False where it does not.
bool search_line(const FlowResiduals& residuals, const State& scale, const FlowIterate& target, double& length,
                 FlowIterate& now) {
  for (length = 1.0; length >= kShortest; length *= 0.5) {
    FlowIterate trial;
    trial.coefficients = now.coefficients + length * (target.coefficients - now.coefficients);
    trial.delta = residuals.weighted(trial.coefficients);
    trial.level = size_of(trial.delta, scale);
    const double promised =
        size_of(now.delta + length * (target.coefficients - now.coefficients), scale);  // were it linear
    if (!(trial.level <= now.level - kFallsEnough * (now.level - promised))) continue;
    trial.readout = now.readout + length * (target.readout - now.readout);
    now = std::move(trial);
    return true;
  }
  return false;
}

}  // namespace

Index num_flow_features(const OperatorOptions& options, Index coordinates, Index inputs) {
  PhysicsFlowData data;
  data.modes.resize(0, coordinates);
  data.weights.resize(options.neurons, coordinates + inputs);
  data.biases.resize(options.neurons);
  data.products = std::min(coordinates, kMostProductCoordinates);
  return data.num_features();
}

double flow_fit_bytes(const OperatorOptions& options, Index coordinates, Index inputs, Index samples) {
  const auto features = static_cast<double>(num_flow_features(options, coordinates, inputs));
  const auto r = static_cast<double>(coordinates);
  constexpr double copies = 8.0;  // coefficients, residuals and targets of two iterates
  const double a_sample = copies * (kFlowTimeNeurons + 2) * r + r * r + 3.0 * features;
  return sizeof(double) * (static_cast<double>(samples) * a_sample + 2.0 * features * features);
}

PhysicsFlowFit fit_physics_flow(const OperatorOptions& options, FlowSamples samples, const FlowEquations& equations,
                                SliceExecutor& executor) {
  check_samples(samples, equations, executor);
  const FeatureStep step = make_feature_step(kFlowTimeNeurons);
  const Index r = samples.starts.rows(), count = samples.starts.cols();
  PhysicsFlowData data;
  data.modes = samples.modes;
  data.parts = options.parts;
  data.time = step.layer;
  data.products = std::min(r, kMostProductCoordinates);
  find_ranges(samples.starts, data);
  FlowResiduals residuals(samples, equations, step, 1.0 / static_cast<double>(data.parts), executor);
  FlowIterate now;
  now.coefficients.setZero(step.rank() * r, count);
  residuals.linearise(now.coefficients);
  const States first = -residuals.weighted(now.coefficients);
  if (!first.allFinite()) throw std::invalid_argument("pinn: the equation's derivative is not finite at a sample");
  const FlowLayer layer = choose_flow_layer(options, samples, first, executor, data);
  now.readout.setZero(step.rank() * r, data.num_features());

  PhysicsFlowFit fit;
  for (double moved = 1.0; fit.iterations < kMostFlowIterations && moved > kSmallestStep; ++fit.iterations) {
    if (fit.iterations > 0 && moved > kSettledStep) residuals.linearise(now.coefficients);
    now.delta = residuals.weighted(now.coefficients);
    now.level = size_of(now.delta, data.scale);
    FlowIterate target;
    target.readout = layer.readout_for(now.coefficients - now.delta);
    target.coefficients = target.readout * layer.features;
    const double step_size = size_of(target.coefficients - now.coefficients, data.scale);
    double length = 1.0;
    if (!search_line(residuals, data.scale, target, length, now)) break;
    moved = length * std::sqrt(step_size / std::max(size_of(now.coefficients, data.scale), 1e-300));
  }
  data.readout = now.readout;
  fit.residual = std::sqrt(now.level / std::max(size_of(now.coefficients, data.scale), 1e-300));
  fit.network = std::make_unique<PhysicsFlow>(std::move(data));
  return fit;
}

}  // namespace forerun
