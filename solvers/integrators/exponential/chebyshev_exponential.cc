#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>
#include <vector>

#include "core/base/multiversion.h"
#include "core/base/stop_scope.h"
#include "solvers/integrators/exponential/exponential_forms.h"

namespace forerun {
namespace {

/// e^{−z} I_k(z) for k = 0, 1, …, until they are below all that counts: by their recurrence downwards (Miller's
/// algorithm), normalised by their sum I_0 + 2 Σ I_k = e^z.
std::vector<double> scaled_bessel(double z) {
  const auto last = static_cast<std::size_t>(std::ceil(std::sqrt(84.0 * z))) + 60;
  std::vector<double> values(last + 1, 0.0);
  double above = 0.0, sum = 0.0;
  values[last] = 1e-300;
  for (std::size_t k = last; k > 0; --k) {
    values[k - 1] = above + 2.0 * static_cast<double>(k) / z * values[k];
    above = values[k];
    if (values[k - 1] < 1e200) continue;
    for (std::size_t i = k - 1; i <= last; ++i) values[i] *= 1e-200;
    above *= 1e-200;
  }
  for (std::size_t k = last; k > 0; --k) sum += 2.0 * values[k];
  sum += values[0];
  for (double& value : values) value /= sum;
  return values;
}

/// before = factor (image − centre now) − before, the next of the series, and sum += weight · it.
FORERUN_MULTIVERSION void add_term(Index d, double factor, double centre, double weight, const double* image,
                                   const double* now, double* before, double* sum) {
  FORERUN_INDEPENDENT_ITERATIONS
  for (Index i = 0; i < d; ++i) {
    const double next = factor * (image[i] - centre * now[i]) - before[i];
    before[i] = next;
    sum[i] += weight * next;
  }
}

class ChebyshevExponential final : public ExponentialAction {
 public:
  ChebyshevExponential(AffineSystem system, const State& weights, double tolerance)
      : system_(std::move(system)),
        weight_(weights.maxCoeff() / std::sqrt(static_cast<double>(weights.size()))),
        tolerance_(tolerance) {
    find_interval();
  }

  ExponentialForm form() const override { return ExponentialForm::chebyshev; }

  /// exp(τA) = e^{τ highest} Σ_k (2 − δ_k0) e^{−z} I_k(z) T_k(B), B = (A − centre)/radius and z = τ · radius.
  double apply(double length, State& state) const override {
    if (!state.allFinite()) throw std::runtime_error("the state is not finite");
    const double z = length * radius_;
    const double growth = std::exp(length * (centre_ + radius_));
    if (!std::isfinite(z) || !std::isfinite(growth)) {
      throw std::runtime_error("solutions grow beyond all numbers within a slice");
    }
    if (z == 0.0) return state *= growth, 1.0;
    const std::vector<double> terms = scaled_bessel(z);
    const std::size_t degree = needed_degree(terms, growth * weight_ * state.norm());
    State before = State::Zero(state.size()), now = state, image(state.size()), sum = terms[0] * state;
    for (std::size_t k = 1; k <= degree; ++k) {
      StopScope::throw_if_stop_requested();
      system_.multiply(now, image);
      const double factor = (k == 1 ? 1.0 : 2.0) / radius_;
      add_term(state.size(), factor, centre_, 2.0 * terms[k], image.data(), now.data(), before.data(), sum.data());
      std::swap(before, now);
    }
    state = growth * sum;
    return 1.5 * static_cast<double>(degree + 1);
  }

 private:
  /// All eigenvalues lie in one of Gershgorin's discs.
  void find_interval() {
    const SparsityPattern& pattern = *system_.matrix.pattern;
    double lowest = 0.0, highest = 0.0;
    for (Index column = 0; column < pattern.dimension; ++column) {
      double middle = 0.0, around = 0.0;
      for (int entry = pattern.begin(column); entry < pattern.end(column); ++entry) {
        const double value = system_.matrix.value(entry);
        (pattern.row(entry) == column ? middle : around) += pattern.row(entry) == column ? value : std::abs(value);
      }
      lowest = column == 0 ? middle - around : std::min(lowest, middle - around);
      highest = column == 0 ? middle + around : std::max(highest, middle + around);
    }
    centre_ = 0.5 * (highest + lowest);
    radius_ = 0.5 * (highest - lowest);
  }

  /// |T_k| ≤ 1 on the interval: what is left out is at most the sum of its terms.
  std::size_t needed_degree(const std::vector<double>& terms, double size) const {
    double rest = 0.0;
    std::size_t degree = terms.size() - 1;
    while (degree > 0 && (rest + 2.0 * terms[degree]) * size <= tolerance_) rest += 2.0 * terms[degree--];
    return degree;
  }

  AffineSystem system_;
  double weight_;
  double tolerance_;
  double centre_ = 0.0;
  double radius_ = 0.0;
};

}  // namespace

std::unique_ptr<const ExponentialAction> make_chebyshev_exponential(AffineSystem system, const State& weights,
                                                                    double tolerance) {
  return std::make_unique<ChebyshevExponential>(std::move(system), weights, tolerance);
}

}  // namespace forerun
