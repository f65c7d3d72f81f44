#pragma once

#include "core/base/state.h"
#include "solvers/linear/scalar_algebra.h"

namespace forerun::stage_algebra {

/// Passes over states between the solutions of an implicit step, in SIMD registers; the same bits for every
/// instruction set. All have `d` components; weights are those of the norm √(Σ_i (w_i x_i)² / d).

double norm(Index d, const double* weights, const double* x);
/// target += factor · x.
void add_multiple(Index d, double factor, const double* x, double* target);
/// target = factor · x.
void scale(Index d, double factor, const double* x, double* target);
/// result = slope − factor · (x − base): what is left of x = base + slope/factor.
void residual(Index d, const double* slope, double factor, const double* x, const double* base, double* result);
/// result = factor · (x − base).
void scaled_difference(Index d, double factor, const double* x, const double* base, double* result);
/// x += change; returns the norm of change.
double add_change(Index d, const double* weights, const double* change, double* x);

/// The modes of a fully implicit step: where the method has a real one, it comes first.
struct Modes {
  double* real;  ///< nullptr for two stages
  Complex* complex;
};

/// result = base + factor · Σ over modes of weights · mode, weights: real (three stages only), Re, Im. base may be
/// nullptr: none.
void combine_modes(Index d, int num_stages, const double* base, double factor, const double* weights,
                   const Modes& modes, double* result);
/// modes = matrix · modes; a row of `matrix` is the weights of a new mode's real part or imaginary part.
void transform_modes(Index d, int num_stages, const double* matrix, const Modes& modes);
/// residual = T⁻¹ slopes − shift · modes; slopes one stage after the other, `to_modes` by rows.
void mode_residuals(Index d, int num_stages, const double* to_modes, const double* slopes, double real_shift,
                    Complex complex_shift, const Modes& modes, const Modes& residuals);
/// modes += changes; returns the root mean square of all changes.
double add_mode_changes(Index d, int num_stages, const double* weights, const Modes& changes, const Modes& modes);

}  // namespace forerun::stage_algebra
