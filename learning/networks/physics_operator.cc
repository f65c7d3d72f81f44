#include "learning/networks/physics_operator.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "learning/files/tensor_file.h"
#include "learning/networks/time_layer_file.h"
#include "learning/numerics/kernels.h"

namespace forerun {
namespace {

/// y ↦ B (Φ [Bᵀ u; 1])
class ReducedMap final : public StepMap {
 public:
  ReducedMap(const States& modes, const States& flow)
      : modes_(modes), matrix_(flow.leftCols(modes.cols())), offset_(flow.col(modes.cols())) {}

  void apply(const StateView& start, StateOut end) const override {
    State before = State::Zero(modes_.cols()), after = offset_;
    add_transposed_product(modes_, start, before);
    add_product(1.0, matrix_, before, after);
    State result = State::Zero(modes_.rows());
    add_product(1.0, modes_, after, result);
    end = result;
  }

 private:
  const States& modes_;
  States matrix_;
  State offset_;
};

}  // namespace

double PhysicsOperator::num_operations() const {
  return static_cast<double>(2 * data_.modes.size() + data_.modes.cols() * data_.modes.cols());
}

State PhysicsOperator::features(const StateView& inputs) const {
  State hidden = data_.biases;
  add_product(1.0, data_.weights, inputs, hidden);
  replace_by_tanh(hidden.data(), hidden.size());
  State result(data_.num_features());
  result << 1.0, inputs, hidden;
  return result;
}

States PhysicsOperator::combined(const Eigen::RowVectorXd& of_time, const StateView& inputs) const {
  const Index r = data_.modes.cols(), size = r * (r + 1);
  State coefficients = State::Zero(data_.readout.rows());
  add_product(1.0, data_.readout, features(inputs), coefficients);
  States result = States::Zero(r, r + 1);
  for (Index j = 0; j < of_time.size(); ++j)
    result += of_time[j] * Eigen::Map<const States>(coefficients.data() + j * size, r, r + 1);
  return result;
}

States PhysicsOperator::flow(double tau, const StateView& inputs) const {
  States result = combined(data_.time.integrals(tau), inputs);
  result.diagonal().array() += 1.0;
  return result;
}

States PhysicsOperator::slope(double tau, const StateView& inputs) const {
  return combined(data_.time.values(tau), inputs);
}

std::unique_ptr<const StepMap> PhysicsOperator::over(double part, const StateView& inputs) const {
  const double length = part * static_cast<double>(data_.parts);
  const auto count = std::max<Index>(1, static_cast<Index>(std::ceil(length)));
  const States once = flow(length / static_cast<double>(count), inputs);
  const Index r = data_.modes.cols();
  States all = once;
  for (Index i = 1; i < count; ++i) {
    States next = once.leftCols(r) * all;
    next.col(r) += once.col(r);
    all = std::move(next);
  }
  return std::make_unique<ReducedMap>(data_.modes, all);
}

void PhysicsOperator::evaluate(const StateView& start, const StateView& inputs, StateOut end) const {
  over(1.0, inputs)->apply(start, end);
}

void PhysicsOperator::describe(TensorFileWriter& writer) const {
  writer.add_matrix("modes", data_.modes);
  describe_time(data_.parts, data_.time, writer);
  writer.add_matrix("weights", data_.weights);
  writer.add_vector("biases", data_.biases);
  writer.add_matrix("readout", data_.readout);
}

std::unique_ptr<const OperatorNetwork> read_physics_operator(const TensorFile& file) {
  PhysicsOperatorData data;
  data.modes = file.matrix("modes");
  data.parts = read_time_parts(file);
  data.time = read_time_layer(file);
  data.weights = file.matrix("weights");
  data.biases = file.vector("biases");
  data.readout = file.matrix("readout");
  const Index r = data.modes.cols();
  if (r < 1) file.refuse("it has no modes");
  if (data.weights.rows() != data.biases.size()) file.refuse("its neurons do not fit together");
  if (data.readout.rows() != data.time.rank() * r * (r + 1) || data.readout.cols() != data.num_features())
    file.refuse("its readout does not take what its layers give");
  const bool is_finite =
      data.modes.allFinite() && data.weights.allFinite() && data.biases.allFinite() && data.readout.allFinite();
  if (!is_finite) file.refuse("it holds a value that is not finite");
  return std::make_unique<PhysicsOperator>(std::move(data));
}

}  // namespace forerun
