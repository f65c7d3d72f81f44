#include "solvers/linear/periodic_poisson.h"

#include <cassert>
#include <cmath>
#include <numbers>

namespace forerun {

PeriodicPoisson::PeriodicPoisson(Index points, double distance) : transform_(points) {
  assert(distance > 0.0);
  const double m = static_cast<double>(points);
  const auto eigenvalue = [&](Index k) {
    return -std::pow(2.0 * std::sin(std::numbers::pi * static_cast<double>(k) / m) / distance, 2);
  };
  for (Index j = 0; j < points; ++j) {
    for (Index k = 0; k < points; ++k) {
      const bool is_mean = j == 0 && k == 0;
      factors_.push_back(is_mean ? 0.0 : 1.0 / (m * m * (eigenvalue(j) + eigenvalue(k))));
    }
  }
}

}  // namespace forerun
