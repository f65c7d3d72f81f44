#pragma once

#include <vector>

namespace forerun {

/// numerator(s) / denominator(s), coefficients in ascending powers.
struct RationalFunction {
  std::vector<double> numerator;
  std::vector<double> denominator;

  double operator()(double s) const { return value(numerator, s) / value(denominator, s); }

 private:
  static double value(const std::vector<double>& polynomial, double s) {
    double sum = 0.0;
    for (auto c = polynomial.rbegin(); c != polynomial.rend(); ++c) sum = sum * s + *c;
    return sum;
  }
};

}  // namespace forerun
