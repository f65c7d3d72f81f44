#include "learning/networks/neural_operator.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "learning/files/signature_metadata.h"
#include "learning/files/tensor_file.h"
#include "learning/networks/minimise.h"
#include "learning/numerics/random_stream.h"

namespace forerun {
namespace {

constexpr Index kPieces = 16;
constexpr Index kMostPoints = 1 << 18;
constexpr Index kMostPeriodicPoints = 4096;
constexpr Index kMostWidth = 1000;
constexpr std::uint64_t kOrderStream = 4;

/// A network with its weights and scales.
struct TrainedParts {
  NeuralShape shape;
  std::vector<Index> numbers;  ///< the shape as a file has it
  State centre, width;         ///< of each field
  State unit;                  ///< of changes, one number, in units of `width`
  State weights;
};

std::vector<Index> to_numbers(const NeuralShape& shape) {
  std::vector<Index> numbers{shape.fields, shape.inputs, shape.width, shape.layers, shape.waves};
  numbers.insert(numbers.end(), shape.mesh.begin(), shape.mesh.end());
  return numbers;
}

/// States with each field scaled.
States scaled(const TrainedParts& parts, const StatesView& states, bool are_changes) {
  const Index points = parts.shape.points();
  States result = states;
  for (Index f = 0; f < parts.shape.fields; ++f) {
    auto rows = result.middleRows(f * points, points).array();
    if (!are_changes) rows -= parts.centre[f];
    rows /= parts.width[f];
  }
  return result;
}

class TrainedNeuralOperator final : public OperatorNetwork {
 public:
  explicit TrainedNeuralOperator(TrainedParts parts)
      : parts_(std::move(parts)), network_(make_neural_operator(parts_.shape)) {}

  std::string_view kind() const override { return parts_.shape.kind; }
  Index dimension() const override { return parts_.shape.fields * parts_.shape.points(); }
  Index num_inputs() const override { return parts_.shape.inputs; }
  Index num_weights() const override { return parts_.weights.size(); }
  double num_operations() const override { return network_->num_operations(); }

  void evaluate(const StateView& start, const StateView& inputs, StateOut end) const override {
    const Index points = parts_.shape.points();
    State change = network_->changes(parts_.weights, scaled(parts_, start, false), inputs).col(0) * parts_.unit[0];
    for (Index f = 0; f < parts_.shape.fields; ++f) change.segment(f * points, points) *= parts_.width[f];
    end = start + change;
  }

  void describe(TensorFileWriter& writer) const override {
    writer.add_integers("shape", parts_.numbers);
    writer.add_vector("centre", parts_.centre);
    writer.add_vector("width", parts_.width);
    writer.add_vector("unit", parts_.unit);
    writer.add_vector("weights", parts_.weights);
  }

 private:
  TrainedParts parts_;
  std::shared_ptr<const NeuralOperator> network_;
};

NeuralShape shape_for(const std::string& kind, const OperatorOptions& options, const StateLayout& layout,
                      Index inputs) {
  const bool is_fno = kind == "fno";
  NeuralShape shape{.kind = kind, .fields = static_cast<Index>(layout.fields.size()), .mesh = {}, .inputs = inputs};
  for (const MeshAxis& axis : layout.axes) shape.mesh.push_back(axis.points);
  const Index usual_width = is_fno ? 16 : 64, usual_waves = is_fno ? 12 : 40;
  shape.width = options.width > 0 ? options.width : usual_width;
  shape.layers = options.layers;
  shape.waves = options.waves > 0 ? options.waves : usual_waves;
  if (is_fno) shape.waves = std::min(shape.waves, shape.points() / 2 + 1);
  return shape;
}

void find_scales(const OperatorSamples& samples, TrainedParts& parts) {
  const Index points = parts.shape.points();
  parts.centre.resize(parts.shape.fields);
  parts.width.resize(parts.shape.fields);
  for (Index f = 0; f < parts.shape.fields; ++f) {
    const auto values = samples.starts.middleRows(f * points, points);
    const double least = values.minCoeff(), most = values.maxCoeff();
    parts.centre[f] = 0.5 * (least + most);
    parts.width[f] = most > least ? 0.5 * (most - least) : 1.0;
  }
  const States changes = scaled(parts, samples.ends - samples.starts, true);
  const double size = std::sqrt(changes.squaredNorm() / static_cast<double>(changes.size()));
  parts.unit = State::Constant(1, size > 0.0 ? size : 1.0);
}

/// Samples in an order of their own for Adam's batches.
struct ShuffledSamples {
  States states, targets, inputs;

  ShuffledSamples(const TrainedParts& parts, const OperatorSamples& samples, std::uint64_t seed) {
    const RandomStream stream(seed, kOrderStream);
    std::vector<Index> order(static_cast<std::size_t>(samples.size()));
    std::iota(order.begin(), order.end(), Index{0});
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[stream.bits(i) % i]);
    states = scaled(parts, samples.starts(Eigen::all, order), false);
    targets = scaled(parts, samples.ends(Eigen::all, order) - samples.starts(Eigen::all, order), true) / parts.unit[0];
    inputs = samples.inputs(Eigen::all, order);
  }
};

}  // namespace

Index NeuralShape::points() const {
  Index count = 1;
  for (const Index axis : mesh) count *= axis;
  return count;
}

std::shared_ptr<const NeuralOperator> make_neural_operator(const NeuralShape& shape) {
  return shape.kind == "fno" ? make_fourier_neural_operator(shape) : make_deep_operator_network(shape);
}

std::unique_ptr<const OperatorNetwork> fit_neural_operator(const std::string& kind, const OperatorOptions& options,
                                                           const StateLayout& layout, const OperatorSamples& samples,
                                                           SliceExecutor& executor) {
  TrainedParts parts;
  parts.shape = shape_for(kind, options, layout, samples.inputs.rows());
  parts.numbers = to_numbers(parts.shape);
  find_scales(samples, parts);
  const auto network = make_neural_operator(parts.shape);
  const ShuffledSamples all(parts, samples, options.seed);
  const SampledLoss loss = [&](const State& weights, Index first, Index count, State& gradient) {
    const Index pieces = std::min(kPieces, count);
    std::vector<State> gradients(static_cast<std::size_t>(pieces));
    std::vector<double> losses(gradients.size());
    executor.for_each(pieces, [&](Index piece) {
      const Index begin = first + piece * count / pieces, size = first + (piece + 1) * count / pieces - begin;
      const auto at = static_cast<std::size_t>(piece);
      gradients[at] = State::Zero(weights.size());
      losses[at] =
          network->add_gradient(weights, all.states.middleCols(begin, size), all.inputs.middleCols(begin, size),
                                all.targets.middleCols(begin, size), gradients[at]);
    });
    const double unit = 1.0 / static_cast<double>(count * all.states.rows());
    gradient.setZero(weights.size());
    for (const State& part : gradients) gradient += unit * part;
    return unit * std::accumulate(losses.begin(), losses.end(), 0.0);
  };
  MinimiseOptions minimising;
  minimising.epochs = options.epochs;
  minimising.iterations = options.iterations;
  parts.weights = minimise(loss, samples.size(), network->first_weights(options.seed), minimising).weights;
  return std::make_unique<TrainedNeuralOperator>(std::move(parts));
}

std::unique_ptr<const OperatorNetwork> read_neural_operator(const std::string& kind, const TensorFile& file) {
  TrainedParts parts;
  parts.numbers = file.integers("shape");
  parts.centre = file.vector("centre");
  parts.width = file.vector("width");
  parts.unit = file.vector("unit");
  parts.weights = file.vector("weights");
  const std::vector<Index>& numbers = parts.numbers;
  constexpr std::size_t before_mesh = 5, most_axes = 3;
  if (numbers.size() <= before_mesh || numbers.size() > before_mesh + most_axes) file.refuse("it has no shape");
  NeuralShape& shape = parts.shape;
  shape = {kind,       numbers[0], {numbers.begin() + before_mesh, numbers.end()}, numbers[1], numbers[2],
           numbers[3], numbers[4]};
  const auto within = [](Index value, Index least, Index most) { return value >= least && value <= most; };
  bool is_sound = within(shape.fields, 1, kMostWidth) && within(shape.inputs, 0, kMostWidth) &&
                  within(shape.width, 1, kMostWidth) && within(shape.layers, 1, kMostWidth) &&
                  within(shape.waves, 1, kMostWidth);
  Index points = 1;
  for (const Index axis : shape.mesh) {
    is_sound = is_sound && within(axis, 1, kMostPoints);
    points = is_sound ? points * axis : 0;
    is_sound = is_sound && points <= kMostPoints;
  }
  const bool is_one_axis = shape.mesh.size() == 1 && points <= kMostPeriodicPoints && shape.waves <= points / 2 + 1;
  if (!is_sound || (kind == "fno" && !is_one_axis)) file.refuse("its shape is out of range");
  const bool is_scaled = parts.centre.size() == shape.fields && parts.width.size() == shape.fields &&
                         parts.unit.size() == 1 && (parts.width.array() > 0.0).all() && parts.unit[0] > 0.0;
  if (!is_scaled) file.refuse("its fields have no scale");
  for (const State* part : {&parts.centre, &parts.width, &parts.unit, &parts.weights}) {
    if (!part->allFinite()) file.refuse("it holds a value that is not finite");
  }
  if (parts.weights.size() != make_neural_operator(shape)->num_weights())
    file.refuse("it has another number of weights than its shape takes");
  return std::make_unique<TrainedNeuralOperator>(std::move(parts));
}

}  // namespace forerun
