#include "learning/networks/operator_propagator.h"

#include <cmath>
#include <utility>

#include "core/base/errors.h"
#include "core/base/number_text.h"

namespace forerun {
namespace {

constexpr double kSameLength = 1e-6;  ///< relatively: the ends of slices are rounded
constexpr double kOperations = 8.0;   ///< of a right-hand side, a component

}  // namespace

OperatorPropagator::OperatorPropagator(std::shared_ptr<const OperatorNetwork> network, State inputs, double length,
                                       Index steps)
    : network_(std::move(network)), inputs_(std::move(inputs)), length_(length), steps_(steps) {}

double OperatorPropagator::work_per_slice() const {
  return static_cast<double>(steps_) * network_->num_operations() / (kOperations * static_cast<double>(dimension()));
}

std::string OperatorPropagator::defect(const Slice& slice) const {
  const double length = (slice.end - slice.begin) / static_cast<double>(steps_);
  if (std::abs(length - length_) <= kSameLength * length_) return "";
  return "the network was trained for " + std::string(steps_ > 1 ? "steps" : "slices") + " of length " +
         shortest_text(length_) + ", not of " + shortest_text(length);
}

void OperatorPropagator::propagate(const Slice& slice, const StateView& in, StateOut out) const {
  if (const std::string reason = defect(slice); !reason.empty()) throw PropagationError(slice.begin, reason);
  State state = in, next(dimension());
  for (Index step = 0; step < steps_; ++step) {
    network_->evaluate(state, inputs_, next);
    state.swap(next);
  }
  out = state;
}

}  // namespace forerun
