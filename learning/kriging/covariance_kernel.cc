#include "learning/kriging/covariance_kernel.h"

#include <cmath>
#include <stdexcept>

namespace forerun {

double correlation(CovarianceKernel kernel, double scaled_squared_distance) {
  switch (kernel) {
    case CovarianceKernel::gaussian:
      break;
    case CovarianceKernel::matern52: {
      const double a = std::sqrt(5.0 * scaled_squared_distance);
      return (1.0 + a * (1.0 + a / 3.0)) * std::exp(-a);
    }
    case CovarianceKernel::matern72: {
      const double a = std::sqrt(7.0 * scaled_squared_distance);
      return (1.0 + a * (1.0 + a * (0.4 + a / 15.0))) * std::exp(-a);
    }
  }
  return std::exp(-0.5 * scaled_squared_distance);
}

const std::vector<std::string>& covariance_kernel_names() {
  static const std::vector<std::string> names = {"gaussian", "matern52", "matern72"};
  return names;
}

CovarianceKernel covariance_kernel(const std::string& name) {
  if (name == "gaussian") return CovarianceKernel::gaussian;
  if (name == "matern52") return CovarianceKernel::matern52;
  if (name == "matern72") return CovarianceKernel::matern72;
  throw std::invalid_argument("covariance kernel: must be gaussian, matern52 or matern72, got \"" + name + "\"");
}

}  // namespace forerun
