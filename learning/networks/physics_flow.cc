#include "learning/networks/physics_flow.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "learning/family/store_files.h"
#include "learning/files/tensor_file.h"
#include "learning/networks/time_layer_file.h"
#include "learning/numerics/kernels.h"

namespace forerun {
namespace {

constexpr Index kMostFlowSize = Index{1} << 24;  ///< coordinates and inputs, whose products are counted

/// ψ into `features`; `inputs` of all of z.
void fill_features(const PhysicsFlowData& data, const State& z, State& features) {
  features[0] = 1.0;
  features.segment(1, z.size()) = z;
  Index next = 1 + z.size();
  const Index r = data.num_coordinates();
  for (Index i = 0; i < z.size(); ++i) {
    const bool is_rest = i >= data.products && i < r;
    for (Index j = is_rest ? r : i; j < z.size(); ++j) {
      if (j >= data.products && j < r) continue;
      features[next++] = z[i] * z[j];
    }
  }
  State hidden = data.biases;
  add_product(1.0, data.weights, z, hidden);
  replace_by_tanh(hidden.data(), hidden.size());
  features.tail(hidden.size()) = hidden;
}

/// So many times y ↦ y + E ψ(y, q), between the basis's coordinates and states.
class FlowMap final : public StepMap {
 public:
  FlowMap(const PhysicsFlowData& data, States readout, Index count, const StateView& inputs)
      : data_(data), readout_(std::move(readout)), count_(count), inputs_(inputs) {}

  void apply(const StateView& start, StateOut end) const override {
    const Index r = data_.num_coordinates();
    State y = State::Zero(r), z(r + inputs_.size()), features(data_.num_features());
    add_transposed_product(data_.modes, start, y);
    z.tail(inputs_.size()) = inputs_;
    for (Index i = 0; i < count_; ++i) {
      z.head(r) = (y - data_.centre).cwiseQuotient(data_.scale);
      fill_features(data_, z, features);
      add_product(1.0, readout_, features, y);
    }
    State result = State::Zero(data_.modes.rows());
    add_product(1.0, data_.modes, y, result);
    end = result;
  }

 private:
  const PhysicsFlowData& data_;
  States readout_;
  Index count_;
  State inputs_;
};

}  // namespace

Index PhysicsFlowData::num_products() const {
  const Index both = products + num_inputs();
  return both * (both + 1) / 2 + (num_coordinates() - products) * num_inputs();
}

double PhysicsFlow::num_operations() const {
  const Index part = data_.weights.size() + data_.num_features() * data_.num_coordinates();
  return static_cast<double>(2 * data_.modes.size() + data_.parts * part);
}

State PhysicsFlow::features(const StateView& coordinates, const StateView& inputs) const {
  State z(data_.weights.cols()), result(data_.num_features());
  z << (coordinates - data_.centre).cwiseQuotient(data_.scale), inputs;
  fill_features(data_, z, result);
  return result;
}

State PhysicsFlow::combined(const Eigen::RowVectorXd& of_time, const StateView& coordinates,
                            const StateView& inputs) const {
  const Index r = data_.num_coordinates();
  State coefficients = State::Zero(data_.readout.rows()), result = State::Zero(r);
  add_product(1.0, data_.readout, features(coordinates, inputs), coefficients);
  for (Index j = 0; j < of_time.size(); ++j) result += of_time[j] * coefficients.segment(j * r, r);
  return result;
}

State PhysicsFlow::state_at(double tau, const StateView& coordinates, const StateView& inputs) const {
  return coordinates + combined(data_.time.integrals(tau), coordinates, inputs);
}

State PhysicsFlow::slope_at(double tau, const StateView& coordinates, const StateView& inputs) const {
  return combined(data_.time.values(tau), coordinates, inputs);
}

std::unique_ptr<const StepMap> PhysicsFlow::over(double part, const StateView& inputs) const {
  const double length = part * static_cast<double>(data_.parts);
  const auto count = std::max<Index>(1, static_cast<Index>(std::ceil(length)));
  const Eigen::RowVectorXd of_time = data_.time.integrals(length / static_cast<double>(count));
  const Index r = data_.num_coordinates();
  States readout = States::Zero(r, data_.num_features());
  for (Index j = 0; j < of_time.size(); ++j) readout += of_time[j] * data_.readout.middleRows(j * r, r);
  return std::make_unique<FlowMap>(data_, std::move(readout), count, inputs);
}

void PhysicsFlow::evaluate(const StateView& start, const StateView& inputs, StateOut end) const {
  over(1.0, inputs)->apply(start, end);
}

void PhysicsFlow::describe(TensorFileWriter& writer) const {
  writer.set_metadata("products", std::to_string(data_.products));
  writer.add_matrix("modes", data_.modes);
  describe_time(data_.parts, data_.time, writer);
  writer.add_vector("centre", data_.centre);
  writer.add_vector("scale", data_.scale);
  writer.add_matrix("weights", data_.weights);
  writer.add_vector("biases", data_.biases);
  writer.add_matrix("readout", data_.readout);
}

std::unique_ptr<const OperatorNetwork> read_physics_flow(const TensorFile& file) {
  PhysicsFlowData data;
  data.modes = file.matrix("modes");
  data.parts = read_time_parts(file);
  data.products = read_store_count(file, "products");
  data.time = read_time_layer(file);
  data.centre = file.vector("centre");
  data.scale = file.vector("scale");
  data.weights = file.matrix("weights");
  data.biases = file.vector("biases");
  data.readout = file.matrix("readout");
  const Index r = data.num_coordinates();
  if (r < 1) file.refuse("it has no modes");
  if (data.centre.size() != r || data.scale.size() != r || !(data.scale.minCoeff() > 0.0))
    file.refuse("its coordinates have no scale");
  if (data.products < 0 || data.products > r) file.refuse("it multiplies more coordinates than it has");
  // A matrix without rows takes no bytes, so its columns are not bounded by the file's size.
  if (data.weights.cols() > kMostFlowSize)
    file.refuse("it has " + std::to_string(data.weights.cols()) + " coordinates and inputs: must be at most " +
                std::to_string(kMostFlowSize));
  if (data.weights.rows() != data.biases.size() || data.num_inputs() < 0)
    file.refuse("its neurons do not take what its modes give");
  if (data.readout.rows() != data.time.rank() * r || data.readout.cols() != data.num_features())
    file.refuse("its readout does not take what its layers give");
  const bool is_finite = data.modes.allFinite() && data.centre.allFinite() && data.scale.allFinite() &&
                         data.weights.allFinite() && data.biases.allFinite() && data.readout.allFinite();
  if (!is_finite) file.refuse("it holds a value that is not finite");
  return std::make_unique<PhysicsFlow>(std::move(data));
}

}  // namespace forerun
