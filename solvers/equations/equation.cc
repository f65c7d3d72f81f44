#include "solvers/equations/equation.h"

#include <limits>

namespace forerun {

StateBounds uniform_bounds(Index dimension, double lower, double upper) {
  return {State::Constant(dimension, lower), State::Constant(dimension, upper)};
}

StateBounds unlimited_range(Index dimension) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return uniform_bounds(dimension, -infinity, infinity);
}

}  // namespace forerun
