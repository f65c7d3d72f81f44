#pragma once

#include <functional>
#include <memory>

#include "solvers/linear/sparse_matrix.h"

namespace forerun {

/// u' = A u + b with a constant matrix and vector.
struct AffineSystem {
  SparseMatrix matrix;
  State constant;  ///< b; empty: 0
  /// x ↦ A x where somebody does that faster than the matrix; it may run on many threads. Empty: by the matrix.
  std::function<void(const State& x, State& product)> product = {};

  Index dimension() const { return matrix.dimension(); }
  bool has_constant() const { return constant.size() > 0; }
  void multiply(const State& x, State& result) const;
};

/// How exp(τA) u is found.
enum class ExponentialForm {
  dense,       ///< the matrix exp(τA) itself, by Padé approximation, scaling and squaring
  rational,    ///< Krylov spaces of (I − γA)⁻¹, the factors of which serve every state
  polynomial,  ///< Krylov spaces of A
  chebyshev    ///< Chebyshev series in A, which is symmetric; b = 0
};

/// Carries states across a time τ exactly, but for a tolerance:
///
///   u ↦ exp(τA) u + ∫_0^τ exp(sA) b ds.
///
/// *dense*: up to 200 components. exp(τA) is made once for each τ and kept; a state takes d² multiplications. It is
/// exact to rounding, which is that of A: ε ‖τA‖.
/// *rational* and *polynomial*: u is projected on a Krylov space of up to 60 vectors, whose own exponential gives the
/// coefficients; the state is carried as far as two spaces, the smaller within the larger, agree to the tolerance's
/// share, and on from there. Rational spaces, with γ = τ/10, are small whatever the stiffness where A damps (van den
/// Eshof, Hochbruck, SIAM J. Sci. Comput. 27 (2006), 1438–1457); they take a solution with factors a vector
/// (linear/linear_solver.h). Polynomial ones need no factors; a space of m vectors reaches τ ‖A‖ ≈ m where A turns,
/// m²/20 where it damps (Hochbruck, Lubich, SIAM J. Numer. Anal. 34 (1997), 1911–1925).
/// *chebyshev*: a series of a length that is known beforehand, about √(τ ‖A‖ ln(1/tolerance)) products with A, and no
/// more memory than five states.
///
/// The error is measured by the root mean square of its components times `weights`.
/// Deterministic; nothing depends on states before. Const members may run on many threads: what is made for a τ is made
/// once, and the 64 asked for last are kept. Looks at `StopScope`.
class ExponentialAction {
 public:
  virtual ~ExponentialAction() = default;

  virtual ExponentialForm form() const = 0;
  /// `state` is carried across `length`. Returns what it took, in products with A or so. Throws
  /// std::runtime_error with a sentence where the tolerance cannot be met or the result is not finite.
  virtual double apply(double length, State& state) const = 0;
};

/// Of the form that suits the matrix: dense up to 200 components; chebyshev where that is possible and A is not banded;
/// rational where systems with A's pattern are solved directly and A's outermost eigenvalues rather damp than turn;
/// else chebyshev where that is possible, or polynomial.
std::unique_ptr<const ExponentialAction> make_exponential_action(AffineSystem system, const State& weights,
                                                                 double tolerance);
/// The same in a given form.
std::unique_ptr<const ExponentialAction> make_exponential_action(AffineSystem system, const State& weights,
                                                                 double tolerance, ExponentialForm form);

}  // namespace forerun
