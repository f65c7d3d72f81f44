#pragma once

#include <cmath>
#include <complex>

namespace forerun {

using Complex = std::complex<double>;

/// Arithmetic of factorisations, for real and complex numbers alike. That of std::complex looks for infinities in every
/// product, which costs more than the product; whoever needs to know looks at results.

inline double product(double a, double b) { return a * b; }
inline Complex product(const Complex& a, const Complex& b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}
inline Complex product(const Complex& a, double b) { return {a.real() * b, a.imag() * b}; }

inline double reciprocal(double a) { return 1.0 / a; }
inline Complex reciprocal(const Complex& a) {
  // Scaled by the larger part, or the squares of large numbers would overflow.
  if (std::abs(a.real()) >= std::abs(a.imag())) {
    const double ratio = a.imag() / a.real();
    const double scale = 1.0 / (a.real() + a.imag() * ratio);
    return {scale, -ratio * scale};
  }
  const double ratio = a.real() / a.imag();
  const double scale = 1.0 / (a.imag() + a.real() * ratio);
  return {ratio * scale, -scale};
}

/// Size of a pivot: |a|, or |Re a| + |Im a|.
inline double magnitude(double a) { return std::abs(a); }
inline double magnitude(const Complex& a) { return std::abs(a.real()) + std::abs(a.imag()); }

inline double conjugate(double a) { return a; }
inline Complex conjugate(const Complex& a) { return std::conj(a); }

}  // namespace forerun
