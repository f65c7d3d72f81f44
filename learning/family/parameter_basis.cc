#include "learning/family/parameter_basis.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace forerun {
namespace {

constexpr Index kMaxDegree = 8;

/// All exponents of `count` parameters with sum `total`, the first parameter's falling.
void add_exponents(Index count, Index total, std::vector<Index>& begun, std::vector<std::vector<Index>>& all) {
  if (count == 0) {
    if (total == 0) all.push_back(begun);
    return;
  }
  for (Index exponent = total; exponent >= 0; --exponent) {
    begun.push_back(exponent);
    add_exponents(count - 1, total - exponent, begun, all);
    begun.pop_back();
  }
}

double chebyshev(Index degree, double x) {
  double previous = 1.0, value = x;
  if (degree == 0) return previous;
  for (Index k = 1; k < degree; ++k) {
    const double next = 2.0 * x * value - previous;
    previous = value;
    value = next;
  }
  return value;
}

}  // namespace

bool ParameterBox::contains(const StateView& parameters) const {
  return parameters.size() == size() && (parameters.array() >= lower.array()).all() &&
         (parameters.array() <= upper.array()).all();
}

bool ParameterBox::operator==(const ParameterBox& other) const {
  return names == other.names && lower == other.lower && upper == other.upper;
}

ParameterBasis::ParameterBasis(ParameterBox box, Index degree, double decay) : box_(std::move(box)), decay_(decay) {
  const auto check = [](bool holds, const char* sentence) {
    if (!holds) throw std::invalid_argument(std::string("parameter basis: ") + sentence);
  };
  check(box_.lower.size() == box_.upper.size() && box_.size() == static_cast<Index>(box_.names.size()),
        "as many bounds as names are needed");
  check((box_.upper - box_.lower).allFinite() && (box_.lower.array() < box_.upper.array()).all(),
        "every lower bound must be below its upper one, both finite");
  check(degree >= 0 && degree <= kMaxDegree, "the degree must be from 0 to 8");
  check(decay > 0.0 && decay <= 1.0, "the decay must be > 0 and ≤ 1");
  std::vector<Index> begun;
  for (Index total = 0; total <= (box_.size() > 0 ? degree : 0); ++total)
    add_exponents(box_.size(), total, begun, exponents_);
}

State ParameterBasis::evaluate(const StateView& parameters) const {
  State values(size());
  for (Index a = 0; a < size(); ++a) {
    const std::vector<Index>& exponents = exponents_[static_cast<std::size_t>(a)];
    values[a] = std::pow(decay_, static_cast<double>(std::accumulate(exponents.begin(), exponents.end(), Index{0})));
    for (Index j = 0; j < box_.size(); ++j) {
      const double scaled = 2.0 * (parameters[j] - box_.lower[j]) / (box_.upper[j] - box_.lower[j]) - 1.0;
      values[a] *= chebyshev(exponents[static_cast<std::size_t>(j)], scaled);
    }
  }
  return values;
}

}  // namespace forerun
