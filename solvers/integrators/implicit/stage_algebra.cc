#include "solvers/integrators/implicit/stage_algebra.h"

#include "core/base/multiversion.h"
#include "solvers/integrators/adaptive_rk_kernel.h"

namespace forerun::stage_algebra {
namespace {

/// Kernels for two stages (one complex mode) or three (a real one besides). Complex numbers lie in pairs.
template <int Stages>
struct ModeKernels {
  static constexpr bool has_real = Stages == 3;

  FORERUN_INLINE static double combined(const double* weights, const double* real, const double* complex, Index i) {
    const double* const w = weights + (has_real ? 1 : 0);
    const double pair = w[0] * complex[2 * i] + w[1] * complex[2 * i + 1];
    if constexpr (has_real) return weights[0] * real[i] + pair;
    return pair;
  }

  FORERUN_MULTIVERSION static void combine(Index d, const double* base, double factor, const double* weights,
                                           const double* real, const double* complex, double* result) {
    if (base == nullptr) {
      FORERUN_INDEPENDENT_ITERATIONS
      for (Index i = 0; i < d; ++i) result[i] = factor * combined(weights, real, complex, i);
    } else {
      FORERUN_INDEPENDENT_ITERATIONS
      for (Index i = 0; i < d; ++i) result[i] = base[i] + factor * combined(weights, real, complex, i);
    }
  }

  FORERUN_MULTIVERSION static void transform(Index d, const double* matrix, double* real, double* complex) {
    FORERUN_INDEPENDENT_ITERATIONS
    for (Index i = 0; i < d; ++i) {
      const double first = has_real ? combined(matrix, real, complex, i) : 0.0;
      const double re = combined(matrix + (Stages - 2) * Stages, real, complex, i);
      const double im = combined(matrix + (Stages - 1) * Stages, real, complex, i);
      if constexpr (has_real) real[i] = first;
      complex[2 * i] = re;
      complex[2 * i + 1] = im;
    }
  }

  FORERUN_INLINE static double projected(const double* row, const double* slopes, Index d, Index i) {
    double sum = row[0] * slopes[i];
    for (Index j = 1; j < Stages; ++j) sum += row[j] * slopes[j * d + i];
    return sum;
  }

  FORERUN_MULTIVERSION static void residuals(Index d, const double* to_modes, const double* slopes, double real_shift,
                                             double re_shift, double im_shift, const double* real,
                                             const double* complex, double* real_residual, double* complex_residual) {
    FORERUN_INDEPENDENT_ITERATIONS
    for (Index i = 0; i < d; ++i) {
      if constexpr (has_real) real_residual[i] = projected(to_modes, slopes, d, i) - real_shift * real[i];
      const double re = complex[2 * i];
      const double im = complex[2 * i + 1];
      complex_residual[2 * i] =
          projected(to_modes + (Stages - 2) * Stages, slopes, d, i) - (re_shift * re - im_shift * im);
      complex_residual[2 * i + 1] =
          projected(to_modes + (Stages - 1) * Stages, slopes, d, i) - (re_shift * im + im_shift * re);
    }
  }

  FORERUN_MULTIVERSION static double add(Index d, const double* weights, const double* real_change,
                                         const double* complex_change, double* real, double* complex) {
    if constexpr (has_real) {
      for (Index i = 0; i < d; ++i) real[i] += real_change[i];
    }
    for (Index i = 0; i < 2 * d; ++i) complex[i] += complex_change[i];
    const double of_real = has_real
                               ? rk::root_mean_square(
                                     d, weights, [&](Index i) __attribute__((always_inline)) { return real_change[i]; })
                               : 0.0;
    const double of_re = rk::root_mean_square(
        d, weights, [&](Index i) __attribute__((always_inline)) { return complex_change[2 * i]; });
    const double of_im = rk::root_mean_square(
        d, weights, [&](Index i) __attribute__((always_inline)) { return complex_change[2 * i + 1]; });
    return std::sqrt((of_real * of_real + of_re * of_re + of_im * of_im) / Stages);
  }
};

double* pairs(Complex* numbers) { return reinterpret_cast<double*>(numbers); }

}  // namespace

FORERUN_MULTIVERSION double norm(Index d, const double* weights, const double* x) {
  return rk::root_mean_square(
      d, weights, [&](Index i) __attribute__((always_inline)) { return x[i]; });
}

FORERUN_MULTIVERSION void add_multiple(Index d, double factor, const double* x, double* target) {
  FORERUN_INDEPENDENT_ITERATIONS
  for (Index i = 0; i < d; ++i) target[i] += factor * x[i];
}

FORERUN_MULTIVERSION void scale(Index d, double factor, const double* x, double* target) {
  FORERUN_INDEPENDENT_ITERATIONS
  for (Index i = 0; i < d; ++i) target[i] = factor * x[i];
}

FORERUN_MULTIVERSION void residual(Index d, const double* slope, double factor, const double* x, const double* base,
                                   double* result) {
  FORERUN_INDEPENDENT_ITERATIONS
  for (Index i = 0; i < d; ++i) result[i] = slope[i] - factor * (x[i] - base[i]);
}

FORERUN_MULTIVERSION void scaled_difference(Index d, double factor, const double* x, const double* base,
                                            double* result) {
  FORERUN_INDEPENDENT_ITERATIONS
  for (Index i = 0; i < d; ++i) result[i] = factor * (x[i] - base[i]);
}

FORERUN_MULTIVERSION double add_change(Index d, const double* weights, const double* change, double* x) {
  FORERUN_INDEPENDENT_ITERATIONS
  for (Index i = 0; i < d; ++i) x[i] += change[i];
  return rk::root_mean_square(
      d, weights, [&](Index i) __attribute__((always_inline)) { return change[i]; });
}

void combine_modes(Index d, int num_stages, const double* base, double factor, const double* weights,
                   const Modes& modes, double* result) {
  const auto run = num_stages == 3 ? &ModeKernels<3>::combine : &ModeKernels<2>::combine;
  run(d, base, factor, weights, modes.real, pairs(modes.complex), result);
}

void transform_modes(Index d, int num_stages, const double* matrix, const Modes& modes) {
  const auto run = num_stages == 3 ? &ModeKernels<3>::transform : &ModeKernels<2>::transform;
  run(d, matrix, modes.real, pairs(modes.complex));
}

void mode_residuals(Index d, int num_stages, const double* to_modes, const double* slopes, double real_shift,
                    Complex complex_shift, const Modes& modes, const Modes& residuals) {
  const auto run = num_stages == 3 ? &ModeKernels<3>::residuals : &ModeKernels<2>::residuals;
  run(d, to_modes, slopes, real_shift, complex_shift.real(), complex_shift.imag(), modes.real, pairs(modes.complex),
      residuals.real, pairs(residuals.complex));
}

double add_mode_changes(Index d, int num_stages, const double* weights, const Modes& changes, const Modes& modes) {
  const auto run = num_stages == 3 ? &ModeKernels<3>::add : &ModeKernels<2>::add;
  return run(d, weights, changes.real, pairs(changes.complex), modes.real, pairs(modes.complex));
}

}  // namespace forerun::stage_algebra
