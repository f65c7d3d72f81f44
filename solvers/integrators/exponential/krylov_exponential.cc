#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <unsupported/Eigen/MatrixFunctions>

#include "core/base/stop_scope.h"
#include "solvers/integrators/exponential/exponential_forms.h"
#include "solvers/integrators/exponential/krylov_space.h"
#include "solvers/integrators/factor_cache.h"
#include "solvers/linear/linear_solver.h"

namespace forerun {
namespace {

using Matrix = Eigen::MatrixXd;

/// So many vectors are kept; of long ones fewer, for memory's sake.
constexpr Index kMostKrylovVectors = 60, kMostLongVectors = 30, kLong = 100'000;
/// Spaces that are looked at grow by this, so that looking costs no more than making them.
constexpr double kGrowthBetweenLooks = 1.3;
constexpr Index kLeastVectors = 5;
/// γ in lengths of the slice.
constexpr double kPole = 0.1;
/// Of a vector: spaces are not made to agree better.
constexpr double kExponentialRounding = 1e-15;

using Poles = Factors<double>;

class KrylovExponential final : public ExponentialAction {
 public:
  KrylovExponential(AffineSystem system, const State& weights, double tolerance, bool is_rational)
      : system_(std::move(system)),
        scale_(weights / std::sqrt(static_cast<double>(weights.size()))),
        tolerance_(tolerance),
        solver_(is_rational ? make_linear_solver(system_.matrix.pattern) : nullptr) {}

  ExponentialForm form() const override { return solver_ ? ExponentialForm::rational : ExponentialForm::polynomial; }

  /// In scaled components, so that lengths of vectors are those that the tolerance means; with a constant b the state
  /// has one component more, which stays 1.
  double apply(double length, State& state) const override {
    if (!state.allFinite()) throw std::runtime_error("the state is not finite");
    const Index d = system_.dimension();
    const double gamma = kPole * length;
    std::shared_ptr<const Poles> poles;
    if (solver_) poles = poles_.get(length, [&] { return make_poles(gamma); });
    State scaled(d + (system_.has_constant() ? 1 : 0));
    scaled.head(d) = scale_.cwiseProduct(state);
    if (system_.has_constant()) scaled[d] = 1.0;
    KrylovSpace space(scaled.size(), d < kLong ? kMostKrylovVectors : kMostLongVectors);
    double work = 0.0;
    double left = 1.0;  // of the length
    Index first_look = kLeastVectors;
    while (left > 0.0) {
      if (!(scaled.norm() > 0.0)) break;
      const double made = advance(length, left, first_look, poles.get(), gamma, space, scaled);
      if (made < left) first_look = space.size();  // the next part will take as many
      work += static_cast<double>(space.size()) * (2.0 + static_cast<double>(space.size()) / 5.0);
      left = made >= left ? 0.0 : left - made;
    }
    state = scaled.head(d).cwiseQuotient(scale_);
    if (!state.allFinite()) throw std::runtime_error("solutions grow beyond all numbers within a slice");
    return std::max(1.0, work);
  }

 private:
  /// How far a space serves, and the new state's coefficients in it.
  struct Reach {
    double share = 0.0;
    State coefficients;
  };

  /// As far as a space of the most vectors allows, at most `left` of the length; says how far.
  double advance(double length, double left, Index first_look, const Poles* poles, double gamma, KrylovSpace& space,
                 State& scaled) const {
    space.start(scaled);
    Index looked_at = 0;
    while (true) {
      StopScope::throw_if_stop_requested();
      space.grow(image(space.last(), poles, gamma));
      const Index size = space.size();
      const auto next = static_cast<Index>(std::ceil(kGrowthBetweenLooks * static_cast<double>(looked_at)));
      if (!space.is_full() && size < std::max(first_look, next)) continue;
      const Reach reach = look(length, left, looked_at > 0 ? looked_at : size - size / 5, poles, gamma, space);
      if (reach.share == left || (space.is_full() && reach.share > 0.0)) {
        scaled = space.combination(reach.coefficients);
        return reach.share;
      }
      if (space.is_full()) throw std::runtime_error("the tolerance cannot be met: Krylov spaces do not converge");
      looked_at = size;
    }
  }

  /// Follows both spaces' exponentials from a part of `left` within which the whole one's generator is small, doubling
  /// by squares; the farthest part at which they agree. Polynomial spaces must agree all the way: those that have not
  /// yet seen the slow components agree far out, that nothing is left.
  Reach look(double length, double left, Index smaller, const Poles* poles, double gamma,
             const KrylovSpace& space) const {
    const Matrix whole = length * generator(space, space.size(), poles, gamma);
    const Matrix part = length * generator(space, std::max<Index>(1, smaller), poles, gamma);
    if (!whole.allFinite() || !part.allFinite()) throw std::runtime_error("the equation's matrix is not finite");
    const double size = left * whole.cwiseAbs().colwise().sum().maxCoeff();
    int doublings = size > 1.0 ? std::ilogb(size) + 1 : 0;
    double share = std::ldexp(left, -doublings);
    Matrix of_whole = (share * whole).exp(), of_part = (share * part).exp();
    Reach reach;
    for (;; --doublings, share *= 2.0) {
      State coefficients = space.length() * of_whole.col(0);
      State difference = coefficients;
      difference.head(part.cols()) -= space.length() * of_part.col(0);
      const bool agree = difference.norm() <= tolerance_ * share + kExponentialRounding * space.length();
      if (agree || (space.is_whole() && coefficients.allFinite())) {
        reach = {doublings == 0 ? left : share, std::move(coefficients)};
      } else if (poles == nullptr) {
        return reach;
      }
      if (doublings == 0) return reach;
      of_whole *= of_whole.eval();
      of_part *= of_part.eval();
    }
  }

  /// A on the space of the first `size` vectors, as the projection of A or of (I − γA)⁻¹ has it.
  static Matrix generator(const KrylovSpace& space, Index size, const Poles* poles, double gamma) {
    const Matrix projection = space.projection(size);
    if (poles == nullptr) return projection;
    return (Matrix::Identity(size, size) - projection.partialPivLu().inverse()) / gamma;
  }

  /// A x or (I − γA)⁻¹ x.
  template <class Vector>
  State image(const Vector& x, const Poles* poles, double gamma) const {
    const Index d = system_.dimension();
    State plain = x.head(d).cwiseQuotient(scale_);
    State result(x.size());
    State found(d);
    if (poles == nullptr) {
      system_.multiply(plain, found);
      if (system_.has_constant()) {
        found += x[d] * system_.constant;
        result[d] = 0.0;
      }
    } else {
      if (system_.has_constant()) {
        plain += gamma * x[d] * system_.constant;
        result[d] = x[d];
      }
      found = plain / gamma;
      if (!poles->solve(found.data())) throw std::runtime_error("a linear system has no solution");
    }
    result.head(d) = scale_.cwiseProduct(found);
    return result;
  }

  std::unique_ptr<const Poles> make_poles(double gamma) const {
    auto made = solver_->make_real();
    if (!made->compute(system_.matrix, 1.0 / gamma)) throw std::runtime_error("a matrix of the equation is singular");
    return made;
  }

  AffineSystem system_;
  State scale_;
  double tolerance_;
  std::shared_ptr<const LinearSolver> solver_;  ///< nullptr: polynomial
  mutable FactorCache<Poles> poles_{most_kept_lengths};
};

}  // namespace

std::unique_ptr<const ExponentialAction> make_krylov_exponential(AffineSystem system, const State& weights,
                                                                 double tolerance, bool is_rational) {
  return std::make_unique<KrylovExponential>(std::move(system), weights, tolerance, is_rational);
}

}  // namespace forerun
