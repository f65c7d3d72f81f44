#include "learning/networks/operator_propagator.h"

#include <cmath>
#include <utility>

#include "core/base/errors.h"
#include "core/base/number_text.h"

namespace forerun {
namespace {

constexpr double kSameLength = 1e-6;  ///< relatively: the ends of slices are rounded
constexpr int kPartBits = 30;         ///< that are kept of a part of a slice
constexpr std::size_t kMostMaps = 64;
constexpr double kOperations = 8.0;  ///< of a right-hand side, a component

/// Rounded, so that the equal slices of a grid have few different ones: a function of the length alone.
double part_of_slice(double length, double whole) {
  if (std::abs(length - whole) <= kSameLength * whole) return 1.0;
  int exponent = 0;
  const double digits = std::frexp(length / whole, &exponent);
  return std::ldexp(std::round(std::ldexp(digits, kPartBits)), exponent - kPartBits);
}

}  // namespace

OperatorPropagator::OperatorPropagator(std::shared_ptr<const OperatorNetwork> network, State inputs, double length,
                                       Index steps)
    : network_(std::move(network)), inputs_(std::move(inputs)), length_(length), steps_(steps) {
  std::shared_ptr<const StepMap> whole = network_->over(1.0, inputs_);
  knows_time_ = whole != nullptr;
  if (knows_time_) maps_.emplace(1.0, std::move(whole));
}

double OperatorPropagator::work_per_slice() const {
  return static_cast<double>(steps_) * network_->num_operations() / (kOperations * static_cast<double>(dimension()));
}

std::string OperatorPropagator::defect(const Slice& slice) const {
  const double length = (slice.end - slice.begin) / static_cast<double>(steps_);
  if (std::abs(length - length_) <= kSameLength * length_) return "";
  if (knows_time_ && length < length_) return "";
  return "the network was trained for " + std::string(steps_ > 1 ? "steps" : "slices") + " of length " +
         shortest_text(length_) + (knows_time_ ? " or shorter" : "") + ", not of " + shortest_text(length);
}

std::shared_ptr<const StepMap> OperatorPropagator::map_over(double length) const {
  const double part = part_of_slice(length, length_);
  const std::lock_guard lock(mutex_);
  const auto found = maps_.find(part);
  if (found != maps_.end()) return found->second;
  if (maps_.size() == kMostMaps) maps_.clear();
  return maps_.emplace(part, network_->over(part, inputs_)).first->second;
}

void OperatorPropagator::propagate(const Slice& slice, const StateView& in, StateOut out) const {
  if (const std::string reason = defect(slice); !reason.empty()) throw PropagationError(slice.begin, reason);
  State state = in, next(dimension());
  const auto map = knows_time_ ? map_over((slice.end - slice.begin) / static_cast<double>(steps_)) : nullptr;
  for (Index step = 0; step < steps_; ++step) {
    if (map) {
      map->apply(state, next);
    } else {
      network_->evaluate(state, inputs_, next);
    }
    state.swap(next);
  }
  out = state;
}

}  // namespace forerun
