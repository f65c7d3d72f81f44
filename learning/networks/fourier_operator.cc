#include "learning/networks/fourier_operator.h"

#include <cmath>
#include <numbers>

#include "core/base/number_text.h"
#include "learning/files/signature_metadata.h"
#include "learning/files/tensor_file.h"
#include "learning/numerics/kernels.h"

namespace forerun {
namespace {

constexpr Index kMostCirclePoints = 4096;
constexpr Index kMostTapReach = 1000;

/// Rows k: cos(2πki/n); below them −sin.
States transform(Index n) {
  const Index waves = n / 2 + 1;
  States matrix(2 * waves, n);
  for (Index i = 0; i < n; ++i) {
    for (Index k = 0; k < waves; ++k) {
      const double angle = 2.0 * std::numbers::pi * static_cast<double>(k * i % n) / static_cast<double>(n);
      matrix(k, i) = std::cos(angle);
      matrix(waves + k, i) = -std::sin(angle);
    }
  }
  return matrix;
}

/// Waves other than the first and, of an even number of points, the last stand for two.
States inverse_transform(const States& forward) {
  const Index n = forward.cols(), waves = n / 2 + 1;
  States matrix = forward.transpose() / static_cast<double>(n);
  for (Index k = 1; k < waves; ++k) {
    if (2 * k == n) continue;
    matrix.col(k) *= 2.0;
    matrix.col(waves + k) *= 2.0;
  }
  return matrix;
}

/// Column (f, j + reach): field f, j points to the right.
States windows(const States& fields, Index reach) {
  const Index n = fields.rows(), width = 2 * reach + 1;
  States all(n, fields.cols() * width);
  for (Index f = 0; f < fields.cols(); ++f) {
    for (Index j = -reach; j <= reach; ++j) {
      const Index shift = ((j % n) + n) % n;
      auto column = all.col(f * width + j + reach);
      column.head(n - shift) = fields.col(f).tail(n - shift);
      column.tail(shift) = fields.col(f).head(shift);
    }
  }
  return all;
}

Index num_products(Index fields) { return fields * (fields + 1) / 2; }

}  // namespace

Index FourierOperatorData::num_features() const {
  return 1 + fields() * (1 + num_inputs()) + num_products(fields()) + biases.size();
}

FourierOperator::FourierOperator(FourierOperatorData data)
    : data_(std::move(data)), forward_(transform(data_.points)), inverse_(inverse_transform(forward_)) {}

double FourierOperator::num_operations() const {
  const auto n = static_cast<double>(data_.points);
  return n * (2.0 * static_cast<double>(data_.num_waves() * data_.num_features()) +
              static_cast<double>(data_.weights.size()));
}

States FourierOperator::transformed(const StatesView& values) const {
  States result = States::Zero(forward_.rows(), values.cols());
  add_product(1.0, forward_, values, result);
  return result;
}

States FourierOperator::spectrum(const StateView& start, const StateView& inputs) const {
  const Index n = data_.points, fields = data_.fields(), neurons = data_.biases.size();
  States x = Eigen::Map<const States>(start.data(), n, fields);
  for (Index f = 0; f < fields; ++f) x.col(f) = (x.col(f).array() - data_.centre[f]) / data_.width[f];
  States features(n, data_.num_features());
  Index next = 0;
  features.col(next++).setOnes();
  for (Index f = 0; f < fields; ++f) {
    features.col(next++) = x.col(f);
    for (const double input : inputs) features.col(next++) = input * x.col(f);
    for (Index g = 0; g <= f; ++g) features.col(next++) = x.col(f).cwiseProduct(x.col(g));
  }
  auto hidden = features.rightCols(neurons);
  const Index taps = fields * (2 * data_.reach + 1);
  for (Index m = 0; m < neurons; ++m)
    hidden.col(m).setConstant(data_.biases[m] + data_.weights.row(m).tail(inputs.size()).dot(inputs));
  const States transposed = data_.weights.leftCols(taps).transpose();
  add_product(1.0, windows(x, data_.reach), transposed, hidden);
  replace_by_tanh(hidden.data(), hidden.size());
  return transformed(features);
}

void FourierOperator::evaluate(const StateView& start, const StateView& inputs, StateOut end) const {
  const States waves = spectrum(start, inputs);
  const Index n = data_.points, fields = data_.fields(), count = data_.num_waves();
  States change = States::Zero(2 * count, fields);
  for (Index f = 0; f < fields; ++f) {
    const auto real = data_.readout.middleRows(2 * f * count, count);
    const auto imaginary = data_.readout.middleRows((2 * f + 1) * count, count);
    for (Index m = 0; m < waves.cols(); ++m) {
      const auto re = waves.col(m).head(count).array(), im = waves.col(m).tail(count).array();
      change.col(f).head(count).array() += real.col(m).array() * re - imaginary.col(m).array() * im;
      change.col(f).tail(count).array() += real.col(m).array() * im + imaginary.col(m).array() * re;
    }
  }
  States moved = States::Zero(n, fields);
  add_product(1.0, inverse_, change, moved);
  for (Index f = 0; f < fields; ++f) moved.col(f) *= data_.width[f];
  end = start + moved.reshaped();
}

void FourierOperator::describe(TensorFileWriter& writer) const {
  writer.set_metadata("points", shortest_text(data_.points));
  writer.set_metadata("reach", shortest_text(data_.reach));
  writer.add_vector("centre", data_.centre);
  writer.add_vector("width", data_.width);
  writer.add_matrix("weights", data_.weights);
  writer.add_vector("biases", data_.biases);
  writer.add_matrix("readout", data_.readout);
}

std::unique_ptr<const OperatorNetwork> read_fourier_operator(const TensorFile& file) {
  FourierOperatorData data;
  data.points = read_number<Index>(file, "points");
  data.reach = read_number<Index>(file, "reach");
  data.centre = file.vector("centre");
  data.width = file.vector("width");
  data.weights = file.matrix("weights");
  data.biases = file.vector("biases");
  data.readout = file.matrix("readout");
  if (data.points < 1 || data.points > kMostCirclePoints) file.refuse("its number of points is out of range");
  if (data.reach < 0 || data.reach > kMostTapReach) file.refuse("its reach is out of range");
  const bool is_scaled = data.fields() > 0 && data.width.size() == data.fields() && (data.width.array() > 0.0).all();
  if (!is_scaled) file.refuse("its fields have no scale");
  if (data.weights.rows() != data.biases.size() || data.num_inputs() < 0)
    file.refuse("its layer does not take what its fields and reach give");
  if (data.readout.cols() != data.num_features() || data.readout.rows() != 2 * data.fields() * data.num_waves())
    file.refuse("its readout does not take what its layer gives");
  for (const States* part : {&data.weights, &data.readout}) {
    if (!part->allFinite()) file.refuse("it holds a value that is not finite");
  }
  for (const State* part : {&data.centre, &data.width, &data.biases}) {
    if (!part->allFinite()) file.refuse("it holds a value that is not finite");
  }
  return std::make_unique<FourierOperator>(std::move(data));
}

}  // namespace forerun
