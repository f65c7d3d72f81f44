#pragma once

#include <stdexcept>
#include <string>

#include "core/base/state.h"

namespace forerun {

/// What every way to solve all slices at once asks for; both throw std::invalid_argument.
inline void require_initial_state(const State& initial) {
  if (initial.size() < 1) throw std::invalid_argument("the initial state is empty");
  if (!initial.allFinite()) throw std::invalid_argument("the initial state is not finite");
}

/// nullptr: there are none. `names` are those of all states that are looked at, for the sentence.
inline void require_boundaries(const States* states, Index dimension, Index num_slices, const char* names) {
  if (states == nullptr || (states->rows() == dimension && states->cols() == num_slices + 1)) return;
  throw std::invalid_argument(std::string(names) + " must have one state a slice boundary");
}

}  // namespace forerun
