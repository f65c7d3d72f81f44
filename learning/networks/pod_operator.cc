#include "learning/networks/pod_operator.h"

#include <algorithm>
#include <cmath>

#include "learning/files/tensor_file.h"
#include "learning/numerics/kernels.h"
#include "learning/numerics/random_stream.h"
#include "learning/numerics/readout.h"
#include "learning/subspace/pod_basis.h"

namespace forerun {
namespace {

constexpr Index kMostSnapshots = 400;
constexpr double kModeTolerance = 1e-10;
constexpr double kGain = 3.0;

/// Starts and ends, so many of them, evenly.
States snapshots(const OperatorSamples& samples) {
  const Index count = std::min(samples.size(), kMostSnapshots / 2);
  States chosen(samples.starts.rows(), 2 * count);
  for (Index i = 0; i < count; ++i) {
    const Index sample = i * samples.size() / count;
    chosen.col(2 * i) = samples.starts.col(sample);
    chosen.col(2 * i + 1) = samples.ends.col(sample);
  }
  return chosen;
}

void draw_layer(const OperatorOptions& options, Index inputs, PodOperatorData& data) {
  const RandomStream stream(options.seed, 0);
  const double range = kGain * std::sqrt(3.0 / static_cast<double>(inputs));
  data.weights.resize(options.neurons, inputs);
  data.biases.resize(options.neurons);
  for (Index m = 0; m < options.neurons; ++m) {
    const auto first = static_cast<std::uint64_t>(m * (inputs + 1));
    data.biases[m] = stream.uniform(first);
    for (Index i = 0; i < inputs; ++i)
      data.weights(m, i) = range * stream.uniform(first + 1 + static_cast<std::uint64_t>(i));
  }
}

}  // namespace

Index PodOperatorData::num_features() const {
  return 1 + modes.cols() * (1 + num_inputs()) + num_inputs() + biases.size();
}

double PodOperator::num_operations() const {
  return static_cast<double>(2 * data_.modes.size() + data_.weights.size() + data_.readout.size());
}

State PodOperator::coordinates(const StateView& state) const {
  State result = State::Zero(data_.modes.cols());
  add_transposed_product(data_.modes, state, result);
  return result / data_.scale[0];
}

State PodOperator::features(const StateView& coordinates, const StateView& inputs) const {
  State result(data_.num_features());
  State all(coordinates.size() + inputs.size());
  all << coordinates, inputs;
  result[0] = 1.0;
  result.segment(1, all.size()) = all;
  Index next = 1 + all.size();
  for (const double input : inputs) {
    result.segment(next, coordinates.size()) = input * coordinates;
    next += coordinates.size();
  }
  State hidden = data_.biases;
  add_product(1.0, data_.weights, all, hidden);
  replace_by_tanh(hidden.data(), hidden.size());
  result.tail(hidden.size()) = hidden;
  return result;
}

void PodOperator::evaluate(const StateView& start, const StateView& inputs, StateOut end) const {
  State moved = State::Zero(data_.modes.cols());
  add_product(1.0, data_.readout, features(coordinates(start), inputs), moved);
  State result = State::Zero(dimension());
  add_product(data_.scale[0], data_.modes, moved, result);
  end = result;
}

void PodOperator::describe(TensorFileWriter& writer) const {
  writer.add_vector("scale", data_.scale);
  writer.add_matrix("modes", data_.modes);
  writer.add_matrix("weights", data_.weights);
  writer.add_vector("biases", data_.biases);
  writer.add_matrix("readout", data_.readout);
}

std::unique_ptr<const OperatorNetwork> fit_pod_operator(const OperatorOptions& options, const OperatorSamples& samples,
                                                        SliceExecutor& executor) {
  PodOperatorData data;
  PodBasis basis(samples.starts.rows(), std::min(options.modes, samples.starts.rows()), kModeTolerance);
  basis.append(snapshots(samples), executor);
  data.modes = basis.modes();
  if (data.modes.cols() == 0) data.modes = States::Identity(samples.starts.rows(), 1);
  draw_layer(options, data.modes.cols() + samples.inputs.rows(), data);
  data.readout.setZero(data.modes.cols(), data.num_features());
  const States starts = data.modes.transpose() * samples.starts;
  const States ends = data.modes.transpose() * samples.ends;
  const double largest = starts.cwiseAbs().maxCoeff();
  data.scale[0] = largest > 0.0 ? largest : 1.0;
  const PodOperator unfitted(data);
  States features(data.num_features(), samples.size());
  executor.for_each(samples.size(), [&](Index s) {
    features.col(s) = unfitted.features(starts.col(s) / data.scale[0], samples.inputs.col(s));
  });
  const double ridge = options.ridge * features.squaredNorm() / static_cast<double>(features.rows());
  data.readout = fit_readout(features, ends / data.scale[0], ridge);
  return std::make_unique<PodOperator>(std::move(data));
}

std::unique_ptr<const OperatorNetwork> read_pod_operator(const TensorFile& file) {
  PodOperatorData data;
  data.scale = file.vector("scale");
  const bool is_scaled = data.scale.size() == 1 && data.scale.allFinite() && data.scale[0] > 0.0;
  if (!is_scaled) file.refuse("its coordinates have no scale");
  data.modes = file.matrix("modes");
  data.weights = file.matrix("weights");
  data.biases = file.vector("biases");
  data.readout = file.matrix("readout");
  if (data.modes.cols() < 1) file.refuse("it has no modes");
  if (data.weights.rows() != data.biases.size() || data.num_inputs() < 0)
    file.refuse("its layer does not take what its modes give");
  if (data.readout.rows() != data.modes.cols() || data.readout.cols() != data.num_features())
    file.refuse("its readout does not take what its layer gives");
  if (!data.modes.allFinite() || !data.weights.allFinite() || !data.biases.allFinite() || !data.readout.allFinite())
    file.refuse("it holds a value that is not finite");
  return std::make_unique<PodOperator>(std::move(data));
}

}  // namespace forerun
