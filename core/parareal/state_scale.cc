#include "core/parareal/state_scale.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/base/largest.h"
#include "core/parareal/parareal_options.h"

namespace forerun {
namespace {

constexpr Index kScannedSlicesPerPiece = 64;
constexpr Index kScaledComponentsPerPiece = 4096;
/// Bounds are believed while the run's size relative to them is in between.
constexpr double kLeastFill = 0.125;
constexpr double kMostFill = 1e4;
constexpr double kRoundingsOfStates = 100.0;

/// largest[i] = max(largest[i], |values[i]|), unless some are not finite: then nothing is learned.
void enlarge(double* largest, const double* values, Index count) {
  bool is_finite = true;
  for (Index i = 0; i < count; ++i) is_finite &= std::abs(values[i]) <= std::numeric_limits<double>::max();
  if (!is_finite) return;
  for (Index i = 0; i < count; ++i) largest[i] = std::max(largest[i], std::abs(values[i]));
}

/// The same for many states of one component, which would be so many loops of one.
void enlarge_one(double& largest, const StatesView& states) {
  constexpr Index pieces = 4;  // as `largest_of` has chains
  std::array<double, pieces> sizes = {};
  for (Index n = 0; n < states.cols(); ++n) {
    const double size = std::abs(states.data()[n * states.outerStride()]);
    double& chain = sizes[static_cast<std::size_t>(n % pieces)];
    chain = std::max(chain, size <= std::numeric_limits<double>::max() ? size : 0.0);
  }
  largest = largest_of(sizes, largest);
}

double finite_or_zero(double value) { return std::isfinite(value) ? value : 0.0; }

}  // namespace

ScaleOptions scale_options(const PararealOptions& options) {
  return {options.tolerance, options.norm, options.absolute_tolerance};
}

StateScale::StateScale(const ScaleOptions& options, const State& initial)
    : options_(options),
      initial_(initial),
      norm_(options.norm),
      is_fixed_(options.norm.has_scale()),
      largest_(options.norm.has_scale() ? 0 : initial.size()) {
  follow(StatesView(initial), *make_serial_executor());
}

void StateScale::follow(const StatesView& states, SliceExecutor& executor, TimeCommunicator* communicator) {
  if (options_.norm.has_scale()) {
    follow_bounds(states, executor, communicator);
  } else {
    follow_components(states, executor, communicator);
  }
}

void StateScale::follow_bounds(const StatesView& states, SliceExecutor& executor, TimeCommunicator* communicator) {
  const Index num_pieces = (states.cols() + kScannedSlicesPerPiece - 1) / kScannedSlicesPerPiece;
  sizes_.resize(static_cast<std::size_t>(num_pieces));
  executor.for_each(num_pieces, [&](Index piece) {
    double largest = 0.0;
    const Index end = std::min(states.cols(), (piece + 1) * kScannedSlicesPerPiece);
    for (Index n = piece * kScannedSlicesPerPiece; n < end; ++n) {
      largest = std::max(largest, finite_or_zero(options_.norm.largest_component(states.col(n).data(), states.rows())));
    }
    sizes_[static_cast<std::size_t>(piece)] = largest;
  });
  double size = finite_or_zero(options_.norm.largest_component(initial_.data(), initial_.size()));
  for (const double largest : sizes_) size = std::max(size, largest);
  if (communicator) communicator->maximize({&size, 1});
  is_fixed_ = size == 0.0 || (size >= kLeastFill && size <= kMostFill);
  const double factor = is_fixed_ ? 1.0 : size;
  size_ = is_fixed_ && size > 0.0 ? size : 1.0;
  if (factor == factor_) return;
  factor_ = factor;
  if (is_fixed_ && options_.absolute_tolerance == 0.0) {
    norm_ = options_.norm;
  } else {
    set_scale(options_.norm.scale() * factor);
  }
}

void StateScale::follow_components(const StatesView& states, SliceExecutor& executor, TimeCommunicator* communicator) {
  const Index dimension = states.rows();
  largest_ = initial_.cwiseAbs();
  executor.for_each((dimension + kScaledComponentsPerPiece - 1) / kScaledComponentsPerPiece, [&](Index piece) {
    const Index first = piece * kScaledComponentsPerPiece;
    const Index count = std::min(kScaledComponentsPerPiece, dimension - first);
    if (dimension == 1) return enlarge_one(largest_[0], states);
    for (Index n = 0; n < states.cols(); ++n) enlarge(largest_.data() + first, states.col(n).data() + first, count);
  });
  if (communicator) communicator->maximize({largest_.data(), static_cast<std::size_t>(dimension)});
  const double whole = largest_.maxCoeff();
  size_ = 1.0;
  if (whole == 0.0) return set_scale(State::Ones(dimension));
  const double tolerance = std::max(options_.tolerance, std::numeric_limits<double>::epsilon());
  const double floor = std::min(1.0, kRoundingsOfStates * std::numeric_limits<double>::epsilon() / tolerance) * whole;
  set_scale(largest_.cwiseMax(floor));
}

/// Bounds that hold as they stand keep their weights to the last bit.
void StateScale::set_scale(const State& scale) {
  const double absolute = options_.absolute_tolerance > 0.0 ? options_.absolute_tolerance / options_.tolerance : 0.0;
  norm_ = options_.norm.with_scale((scale.array() + absolute).matrix());
}

StateNorm norm_of_states(const ScaleOptions& options, const States& states) {
  StateScale scale(options, states.col(0));
  scale.follow(states, *make_serial_executor());
  return scale.norm();
}

}  // namespace forerun
