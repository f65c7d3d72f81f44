#pragma once

#include <complex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/state.h"
#include "core/base/time_grid.h"
#include "solvers/equations/ode_problem.h"

namespace forerun {

/// The stability function of an explicit Runge–Kutta method: a step on u' = λu multiplies u by R(hλ),
///
///   R(z) = 1 + z Σ_i b_i k_i,      k_i = 1 + z Σ_{j<i} a_ij k_j.
///
/// nullopt for anything but an explicit method of equal steps.
std::optional<std::complex<double>> stability_function(const std::string& method, std::complex<double> z);

/// Eigenvalues of ∂f/∂u at a state that an Arnoldi process of at most 24 steps finds: the outermost ones, where there
/// are more. Products with the Jacobian by differences: 24 evaluations of f. Deterministic.
std::vector<std::complex<double>> outer_eigenvalues(const OdeProblem& problem, double time, const State& state);

/// No |λ| of ∂f/∂u at a state is larger: the lesser of its largest absolute sums over rows and over columns. Where
/// there is no Jacobian, or one so full that it costs more than a hundred evaluations of f, the largest of
/// `outer_eigenvalues` and a tenth. Not finite where f is not.
double spectral_radius(const OdeProblem& problem, double time, const State& state);

/// The least number of equal steps with which an explicit method is stable on a slice that starts from `state`: no mode
/// that the equation damps there, Re λ ≤ 0, grows by more than a factor of two,
///
///   |R(hλ)|^m ≤ 2,      h = length ÷ m.
///
/// nullopt where that cannot be told: another kind of method, a state at which f is not finite, more than 10⁶ steps.
std::optional<Index> stable_steps(const OdeProblem& problem, const std::string& method, const Slice& slice,
                                  const State& state);

}  // namespace forerun
