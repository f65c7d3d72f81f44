#pragma once

#include "core/base/state.h"
#include "core/base/state_norm.h"
#include "learning/numerics/random_stream.h"

namespace forerun::test {

/// rows × cols numbers uniform in (−1, 1).
inline States random_matrix(Index rows, Index cols, std::uint64_t seed) {
  const RandomStream stream(seed, 99);
  States matrix(rows, cols);
  for (Index i = 0; i < matrix.size(); ++i) matrix.data()[i] = stream.uniform(static_cast<std::uint64_t>(i));
  return matrix;
}

inline StateBounds unit_bounds(Index dimension) {
  return {State::Constant(dimension, -1.0), State::Constant(dimension, 1.0)};
}

}  // namespace forerun::test
