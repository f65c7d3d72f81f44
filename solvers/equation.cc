#include "solvers/equation.h"

namespace forerun {

StateBounds uniform_bounds(Index dimension, double lower, double upper) {
  return {State::Constant(dimension, lower), State::Constant(dimension, upper)};
}

}  // namespace forerun
