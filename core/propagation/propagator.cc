#include "core/propagation/propagator.h"

#include <stdexcept>

namespace forerun {

void Propagator::propagate_block(std::span<const Slice> slices, const StatesView& in, StatesOut out) const {
  for (Index j = 0; j < static_cast<Index>(slices.size()); ++j) {
    propagate(slices[static_cast<std::size_t>(j)], in.col(j), out.col(j));
  }
}

double Propagator::work(const Slice& /*slice*/, const StateView& /*in*/) const { return work_per_slice(); }

FunctionPropagator::FunctionPropagator(Index dimension, Function function, double work)
    : dimension_(dimension), function_(std::move(function)), work_(work) {
  if (dimension < 1) throw std::invalid_argument("propagator dimension must be at least 1");
  if (!(work > 0.0)) throw std::invalid_argument("a propagator's work must be > 0");
  if (!function_) throw std::invalid_argument("a function propagator needs a function");
}

void FunctionPropagator::propagate(const Slice& slice, const StateView& in, StateOut out) const {
  function_(slice, in, out);
}

}  // namespace forerun
