#pragma once

#include <functional>

#include "solvers/integrators/implicit/implicit_method.h"
#include "solvers/integrators/rational/rational_function.h"

namespace forerun {

/// What a solver makes of a mode that decays, u' = −λu: it is multiplied by decay(s), s = λ × length of the slice.
using Decay = std::function<double(double s)>;

/// By which Parareal's errors shrink in an iteration, at worst, whatever the modes (Gander and Vandewalle 2007):
///
///   κ = sup over s > 0 of |R(s) − E(s)| / (1 − |R(s)|),
///
/// R the coarse solver's decay and E the fine one's. Infinite where R does not damp. Found on a grid of s from 10⁻⁴ to
/// 10⁸ and by parabolas between its points.
double contraction_factor(const Decay& coarse, const Decay& fine);

/// A step of length h of an implicit method on u' = −λu: R(z) = 1 + z bᵀ(I − zA)⁻¹1 at z = −hλ = −s.
double method_decay(const ImplicitMethod& method, double s);

struct OptimalRational {
  RationalFunction function;  ///< R
  double contraction = 0.0;   ///< κ
};

/// The rational function that makes κ smallest, among those of order 1 that vanish at infinity,
///
///   R(s) = (1 + a_1 s + … + a_{m−1} s^{m−1}) / (1 + (1 + a_1) s + b_2 s² + … + b_m s^m),     m = `degree`, 2 or 3.
///
/// The best one's κ(s) swings 2m − 1 times between +κ and −κ. It is found from the least-squares fit by levelling the
/// extrema, as in Remez' algorithm. Takes milliseconds; deterministic. Throws std::invalid_argument for another degree,
/// and where none is found that contracts: E does not vanish at infinity, say.
/// Source: B. Jin, Q. Lin, Z. Zhou, Optimizing coarse propagators in parareal algorithms, arXiv:2209.13374.
OptimalRational optimal_rational(int degree, const Decay& fine);

}  // namespace forerun
