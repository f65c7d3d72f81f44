#include "core/propagation/checked_propagation.h"

#include <exception>

#include "core/base/errors.h"

namespace forerun {

void CheckedPropagator::rethrow_as_slice_error(const Slice& slice) const {
  const auto error = [&](double time, const std::string& reason) {
    return SliceError{{slice.index, iteration, time, solver, reason}};
  };
  try {
    throw;
  } catch (const PropagationError& failure) {
    throw error(failure.time(), failure.what());
  } catch (const std::exception& failure) {
    throw error(slice.begin, failure.what());
  } catch (...) {
    throw error(slice.begin, "an exception of unknown type was thrown");
  }
}

void CheckedPropagator::throw_not_finite(const Slice& slice) const {
  throw SliceError{{slice.index, iteration, slice.end, solver, "the result is not finite"}};
}

}  // namespace forerun
