#pragma once

#include <string>
#include <vector>

namespace forerun {

/// How alike the values of a random function are at two points a distance r apart, s = r / length scale:
///
///   gaussian  exp(−s²/2)                                    smooth without end
///   matern52  (1 + a + a²/3) exp(−a),            a = √5 s   two derivatives
///   matern72  (1 + a + 2a²/5 + a³/15) exp(−a),   a = √7 s   three derivatives
///
/// Source: Rasmussen, Williams (2006), Gaussian Processes for Machine Learning, sec. 4.2.
enum class CovarianceKernel { gaussian, matern52, matern72 };

/// The correlation at s² = `scaled_squared_distance` ≥ 0; 1 at 0.
double correlation(CovarianceKernel kernel, double scaled_squared_distance);

/// "gaussian", "matern52", "matern72".
const std::vector<std::string>& covariance_kernel_names();
/// Throws std::invalid_argument for any other name.
CovarianceKernel covariance_kernel(const std::string& name);

}  // namespace forerun
