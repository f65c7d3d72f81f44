#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "learning/networks/fourier_operator.h"
#include "learning/numerics/random_stream.h"

namespace forerun {
namespace {

using Complex = std::complex<double>;
using ComplexMatrix = Eigen::MatrixXcd;

constexpr Index kSpectra = 64;      ///< samples whose spectra are kept at a time
constexpr double kNarrowest = 0.8;  ///< in points

/// Normal by the polar form of two uniform numbers (G. Box, M. Muller, 1958).
double normal(const RandomStream& stream, std::uint64_t counter) {
  const double radius = 0.5 * (stream.uniform(2 * counter) + 1.0);
  const double angle = std::numbers::pi * stream.uniform(2 * counter + 1);
  return std::sqrt(-2.0 * std::log(radius)) * std::cos(angle);
}

void draw_layer(const OperatorOptions& options, Index inputs, FourierOperatorData& data) {
  const RandomStream stream(options.seed, 0);
  const Index width = 2 * data.reach + 1, taps = data.fields() * width;
  const auto reach = static_cast<double>(data.reach);
  data.weights.resize(options.neurons, taps + inputs);
  data.biases.resize(options.neurons);
  for (Index m = 0; m < options.neurons; ++m) {
    auto next = static_cast<std::uint64_t>(m * (taps + inputs + 3));
    data.biases[m] = stream.uniform(2 * next++);
    const double part = 0.5 * (stream.uniform(2 * next++) + 1.0);
    const double spread = kNarrowest * std::pow(std::max(1.0, 0.5 * reach / kNarrowest), part);
    const double centre = 0.25 * reach * stream.uniform(2 * next++);
    for (Index t = 0; t < taps; ++t) {
      const double distance = (static_cast<double>(t % width) - reach - centre) / spread;
      data.weights(m, t) = normal(stream, next++) * std::exp(-0.5 * distance * distance);
    }
    data.weights.row(m).head(taps).normalize();
    for (Index j = 0; j < inputs; ++j) data.weights(m, taps + j) = 0.5 * normal(stream, next++);
  }
}

void scale_fields(const States& starts, Index fields, FourierOperatorData& data) {
  data.centre.resize(fields);
  data.width.resize(fields);
  for (Index f = 0; f < fields; ++f) {
    const auto values = starts.middleRows(f * data.points, data.points);
    const double least = values.minCoeff(), most = values.maxCoeff();
    data.centre[f] = 0.5 * (least + most);
    data.width[f] = most > least ? 0.5 * (most - least) : 1.0;
  }
}

/// The normal equations of each wave.
class Waves {
 public:
  Waves(Index count, Index features, Index fields)
      : gram_(static_cast<std::size_t>(count), ComplexMatrix::Zero(features, features)),
        right_(static_cast<std::size_t>(count), ComplexMatrix::Zero(features, fields)) {}

  void add(Index k, const std::vector<States>& features, const std::vector<States>& targets) {
    const auto count = static_cast<Index>(features.size());
    const Index waves = static_cast<Index>(gram_.size());
    ComplexMatrix phi(count, features.front().cols()), change(count, targets.front().cols());
    for (Index s = 0; s < count; ++s) {
      const States& f = features[static_cast<std::size_t>(s)];
      const States& t = targets[static_cast<std::size_t>(s)];
      phi.row(s) = f.row(k).cast<Complex>() + Complex(0.0, 1.0) * f.row(waves + k).cast<Complex>();
      change.row(s) = t.row(k).cast<Complex>() + Complex(0.0, 1.0) * t.row(waves + k).cast<Complex>();
    }
    gram_[static_cast<std::size_t>(k)].noalias() += phi.adjoint() * phi;
    right_[static_cast<std::size_t>(k)].noalias() += phi.adjoint() * change;
  }

  /// R of wave k, a column a field.
  ComplexMatrix solve(Index k, double ridge) const {
    ComplexMatrix gram = gram_[static_cast<std::size_t>(k)];
    const double size = gram.diagonal().real().sum() / static_cast<double>(gram.rows());
    if (!(size > 0.0)) return ComplexMatrix::Zero(gram.rows(), right_.front().cols());
    gram.diagonal().array() += ridge * size;
    return gram.selfadjointView<Eigen::Lower>().llt().solve(right_[static_cast<std::size_t>(k)]);
  }

 private:
  std::vector<ComplexMatrix> gram_, right_;
};

}  // namespace

std::unique_ptr<const OperatorNetwork> fit_fourier_operator(const OperatorOptions& options, const StateLayout& layout,
                                                            const OperatorSamples& samples, SliceExecutor& executor) {
  FourierOperatorData data;
  data.points = layout.axes.front().points;
  const auto fields = static_cast<Index>(layout.fields.size());
  data.reach = std::min(options.reach, (data.points - 1) / 2);
  scale_fields(samples.starts, fields, data);
  draw_layer(options, samples.inputs.rows(), data);
  const Index count = data.num_waves();
  data.readout.setZero(2 * fields * count, data.num_features());
  const FourierOperator unfitted(data);
  Waves waves(count, data.num_features(), fields);
  for (Index first = 0; first < samples.size(); first += kSpectra) {
    const Index block = std::min(kSpectra, samples.size() - first);
    std::vector<States> features(static_cast<std::size_t>(block)), targets(features.size());
    executor.for_each(block, [&](Index s) {
      const Index sample = first + s;
      States change = (samples.ends.col(sample) - samples.starts.col(sample)).reshaped(data.points, fields);
      for (Index f = 0; f < fields; ++f) change.col(f) /= data.width[f];
      targets[static_cast<std::size_t>(s)] = unfitted.transformed(change);
      features[static_cast<std::size_t>(s)] = unfitted.spectrum(samples.starts.col(sample), samples.inputs.col(sample));
    });
    executor.for_each(count, [&](Index k) { waves.add(k, features, targets); });
  }
  executor.for_each(count, [&](Index k) {
    const ComplexMatrix readout = waves.solve(k, options.ridge);
    for (Index f = 0; f < fields; ++f) {
      data.readout.row(2 * f * count + k) = readout.col(f).real().transpose();
      data.readout.row((2 * f + 1) * count + k) = readout.col(f).imag().transpose();
    }
  });
  return std::make_unique<FourierOperator>(std::move(data));
}

}  // namespace forerun
