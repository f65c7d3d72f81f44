#pragma once

#include <string>
#include <vector>

#include "core/base/state.h"

namespace forerun {

/// The parameters that vary within a family of runs, and between what values.
struct ParameterBox {
  std::vector<std::string> names;
  State lower;
  State upper;

  Index size() const { return lower.size(); }
  bool contains(const StateView& parameters) const;
  bool operator==(const ParameterBox& other) const;
};

/// Functions of a run's parameters θ that features of its states are multiplied with:
///
///   p_a(θ) = ρ^|a| Π_j T_{a_j}(θ̃_j),      |a| = Σ_j a_j ≤ degree,      θ̃_j = 2 (θ_j − lower_j)/(upper_j − lower_j) −
///   1,
///
/// T Chebyshev polynomials. ρ = `decay` ≤ 1 makes a ridge prefer dependence on θ that is smooth. p_0 = 1 comes first;
/// there are C(parameters + degree, degree) functions. Thread-safe.
/// Throws std::invalid_argument unless lower < upper, finite, as many as names, 0 ≤ degree ≤ 8 and 0 < decay ≤ 1.
class ParameterBasis {
 public:
  ParameterBasis(ParameterBox box, Index degree, double decay);

  const ParameterBox& box() const { return box_; }
  Index size() const { return static_cast<Index>(exponents_.size()); }
  State evaluate(const StateView& parameters) const;

 private:
  ParameterBox box_;
  double decay_;
  std::vector<std::vector<Index>> exponents_;  ///< a, by ascending |a|
};

}  // namespace forerun
