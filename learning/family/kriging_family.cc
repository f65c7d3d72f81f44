#include "learning/family/kriging_family.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/base/evenly_spread.h"
#include "learning/kriging/kriging_scale.h"
#include "learning/numerics/column_blocks.h"
#include "learning/numerics/kernels.h"
#include "learning/numerics/scratch.h"

namespace forerun {

struct KrigingFamily::Fit {
  State weights;            ///< of components: dx/du of the scaled state
  States state_directions;  ///< d × r
  States discrepancy_directions;
  States points;                 ///< (r + parameters) × n
  States readout;                ///< q × n
  double length = 1.0;           ///< ℓ
  double parameter_width = 1.0;  ///< what [−1, 1] of a parameter is wide in coordinates, halved
};

namespace {

constexpr CovarianceKernel kKernel = CovarianceKernel::gaussian;
constexpr Index kOverlapBlock = 32;
constexpr Index kFirstDirections = 64;
constexpr double kStateTolerance = 1e-3;
constexpr double kDiscrepancyTolerance = 1e-3;
constexpr Index kMostEvidence = 160;

States columns_of(const States& matrix, const std::vector<Index>& columns) { return matrix(Eigen::all, columns); }

void append_columns(States& matrix, const States& more) {
  States all(more.rows(), matrix.cols() + more.cols());
  all << matrix, more;
  matrix.swap(all);
}

/// aᵀ b.
States overlaps_by_block(const States& a, const States& b, SliceExecutor& executor) {
  States result = States::Zero(a.cols(), b.cols());
  for_each_column_block(executor, b.cols(), kOverlapBlock, [&](Index first, Index count) {
    add_transposed_product(a, b.middleCols(first, count), result.middleCols(first, count));
  });
  return result;
}

States squared_distances(const States& points, SliceExecutor& executor) {
  const Index n = points.cols();
  States distances(n, n);
  for_each_column_block(executor, n, kOverlapBlock, [&](Index first, Index count) {
    for (Index j = first; j < first + count; ++j) {
      for (Index i = 0; i < n; ++i) distances(i, j) = squared_distance(points.col(i), points.col(j));
    }
  });
  return distances;
}

/// The most likely scale of a process of so many points, by some of them.
KrigingScale scale_of(const States& distances, const States& outputs, SliceExecutor& executor) {
  const std::vector<Index> some = evenly_spread(kMostEvidence, distances.cols());
  KrigingEvidence evidence{distances(some, some), condensed_outputs(columns_of(outputs, some))};
  return most_likely_scale(kKernel, {&evidence, 1}, executor);
}

/// The network with one run's parameters.
class KrigingFamilyCorrection final : public Correction {
 public:
  KrigingFamilyCorrection(std::shared_ptr<const KrigingFamily::Fit> fit, State parameters)
      : fit_(std::move(fit)), parameters_(std::move(parameters)) {}

  void evaluate(const Slice& /*slice*/, const StateView& state, const StateView& /*coarse*/,
                StateOut out) const override {
    thread_local Scratch scaled_memory, point_memory, likeness_memory, output_memory;
    const KrigingFamily::Fit& fit = *fit_;
    auto scaled = scaled_memory.matrix(state.size(), 1);
    scaled = fit.weights.cwiseProduct(state);
    auto point = point_memory.matrix(fit.points.rows(), 1);
    point.setZero();
    point.bottomRows(parameters_.size()) = fit.parameter_width * parameters_;
    add_transposed_product(fit.state_directions, scaled, point.topRows(fit.state_directions.cols()));
    const Index n = fit.points.cols();
    auto likeness = likeness_memory.matrix(n, 1);
    const double unit = 1.0 / (fit.length * fit.length);
    for (Index i = 0; i < n; ++i)
      likeness(i, 0) = correlation(kKernel, unit * squared_distance(fit.points.col(i), point.col(0)));
    auto output = output_memory.matrix(fit.readout.rows(), 1);
    output.setZero();
    add_product(1.0, fit.readout, likeness, output);
    scaled.setZero();
    add_product(1.0, fit.discrepancy_directions, output, scaled);
    out = scaled.col(0).cwiseQuotient(fit.weights);
  }

 private:
  std::shared_ptr<const KrigingFamily::Fit> fit_;
  State parameters_;
};

}  // namespace

KrigingFamily::KrigingFamily(const FamilyOptions& options, const StateBounds& bounds, ParameterBox parameters)
    : options_(options),
      normalizer_(bounds),
      basis_(std::move(parameters), options.degree, options.decay),
      state_directions_(bounds.lower.size(), kFirstDirections, kStateTolerance),
      discrepancy_directions_(bounds.lower.size(), kFirstDirections, kDiscrepancyTolerance),
      states_(bounds.lower.size(), 0),
      discrepancies_(bounds.lower.size(), 0),
      parameters_(basis_.box().size(), 0) {
  if (options.samples_per_run < 1) throw std::invalid_argument("kriging family: needs one sample of a run at least");
}

States KrigingFamily::scaled(const States& physical) const { return normalizer_.weights().asDiagonal() * physical; }

State KrigingFamily::parameter_coordinates(const StateView& parameters) const {
  const State middle = 0.5 * (box().lower + box().upper), half = 0.5 * (box().upper - box().lower);
  return (parameters - middle).cwiseQuotient(half);
}

/// The newest of each slice, and as many before them as there is room for.
Index KrigingFamily::keep_samples(const Harvest& harvest, const StateView& parameters) {
  const Index wanted = std::min(options_.samples_per_run, most_samples_a_run);
  std::vector<Index> chosen = harvest.newest(1);
  for (Index count = 2; count <= harvest.size(); ++count) {
    std::vector<Index> more = harvest.newest(count);
    if (std::ssize(more) > wanted || more.size() == chosen.size()) break;
    chosen = std::move(more);
  }
  std::vector<Index> used;
  for (const Index place : evenly_spread(wanted, std::ssize(chosen)))
    used.push_back(chosen[static_cast<std::size_t>(place)]);
  append_columns(states_, scaled(harvest.states()(Eigen::all, used)));
  append_columns(discrepancies_, scaled(harvest.discrepancies()(Eigen::all, used)));
  append_columns(parameters_, parameter_coordinates(parameters).replicate(1, std::ssize(used)));
  if (states_.cols() <= most_samples) return std::ssize(used);
  const std::vector<Index> kept = evenly_spread(most_samples, states_.cols());
  states_ = columns_of(states_, kept);
  discrepancies_ = columns_of(discrepancies_, kept);
  parameters_ = columns_of(parameters_, kept);
  return std::ssize(used);
}

States KrigingFamily::points(const Fit& fit, SliceExecutor& executor) const {
  States all(fit.state_directions.cols() + parameters_.rows(), states_.cols());
  all << overlaps_by_block(fit.state_directions, states_, executor), fit.parameter_width * parameters_;
  return all;
}

void KrigingFamily::append(const Harvest& harvest, const StateView& parameters, SliceExecutor& executor) {
  if (harvest.size() == 0 || harvest.dimension() != normalizer_.dimension()) {
    throw std::invalid_argument("kriging family: a run's harvest must hold samples of " +
                                std::to_string(normalizer_.dimension()) + " components");
  }
  if (!box().contains(parameters)) {
    throw std::invalid_argument("kriging family: a run's parameters lie outside of the family's");
  }
  const Index taken = keep_samples(harvest, parameters);
  count(taken);
  const Index newest = std::min(states_.cols(), taken);
  state_directions_.append(states_.rightCols(newest), executor);
  discrepancy_directions_.append(discrepancies_.rightCols(newest), executor);

  auto fit = std::make_shared<Fit>();
  fit->weights = normalizer_.weights();
  fit->state_directions = state_directions_.modes();
  fit->discrepancy_directions = discrepancy_directions_.modes();
  fit->parameter_width = 0.0;
  fit->points = points(*fit, executor);
  if (parameters_.rows() > 0) {
    fit->parameter_width = 0.5 * rms_distance(squared_distances(fit->points, executor));
    fit->points = points(*fit, executor);
  }
  const States distances = squared_distances(fit->points, executor);
  States outputs = overlaps_by_block(fit->discrepancy_directions, discrepancies_, executor);
  KrigingScale scale = scale_of(distances, outputs, executor);
  States factor(distances.rows(), distances.cols());
  constexpr double largest_nugget = 1e-2, more = 10.0;
  while (!factorize_covariance(kKernel, distances, scale, factor) && scale.nugget < largest_nugget)
    scale.nugget *= more;
  fit->length = scale.length * rms_distance(distances);
  fit->readout.resize(outputs.rows(), outputs.cols());
  States columns = outputs.transpose();
  executor.for_each(columns.cols(), [&](Index c) { solve_covariance(factor, columns.col(c)); });
  fit->readout = columns.transpose();
  fit_ = std::move(fit);
}

std::shared_ptr<const Correction> KrigingFamily::at(const StateView& parameters) const {
  if (!box().contains(parameters)) throw std::invalid_argument("kriging family: asked for parameters out of its range");
  if (fit_ == nullptr || !fit_->readout.allFinite()) return nullptr;
  return std::make_shared<const KrigingFamilyCorrection>(fit_, parameter_coordinates(parameters));
}

const States& KrigingFamily::readout() const {
  static const States none;
  return fit_ ? fit_->readout : none;
}

void KrigingFamily::describe(TensorFileWriter& writer) const {
  if (!fit_) return;
  writer.add_matrix("points", fit_->points);
  writer.add_matrix("state.directions", fit_->state_directions);
  writer.add_matrix("discrepancy.directions", fit_->discrepancy_directions);
  writer.add_vector("state.weights", fit_->weights);
  writer.add_vector("scale.lengths", State{{fit_->length, fit_->parameter_width}});
}

}  // namespace forerun
