#pragma once

#include <complex>
#include <numbers>

#include "core/pfasst/pfasst_level.h"
#include "core/sdc/split_equation.h"

namespace forerun::testing {

/// u_t = −u_x + 0.02 u_xx on [0, 1), periodic, on n points by their Fourier modes; what diffuses is implicit.
class SpectralAdvectionDiffusion final : public SplitEquation {
 public:
  using Complex = std::complex<double>;

  explicit SpectralAdvectionDiffusion(Index points) : points_(points), fourier_(points, points), waves_(points) {
    constexpr double turn = 2.0 * std::numbers::pi;
    for (Index i = 0; i < points; ++i) {
      waves_[i] = turn * static_cast<double>(i <= points / 2 ? i : i - points);
      for (Index j = 0; j < points; ++j) {
        fourier_(i, j) = std::polar(1.0, -turn * static_cast<double>(i * j % points) / static_cast<double>(points));
      }
    }
  }

  Index dimension() const override { return points_; }
  bool has_explicit_part() const override { return true; }
  bool has_implicit_part() const override { return true; }
  void evaluate_explicit(double, const StateView& u, StateOut slope) const override {
    slope = multiplied(u, [](double wave) { return Complex(0.0, -wave); });
  }
  void evaluate_implicit(double, const StateView& u, StateOut slope) const override {
    slope = multiplied(u, [](double wave) { return Complex(-kViscosity * wave * wave); });
  }
  bool solve_implicit(double, double factor, const StateView& base, StateOut state) const override {
    state = multiplied(base, [&](double wave) { return Complex(1.0 / (1.0 + factor * kViscosity * wave * wave)); });
    return true;
  }

  const Eigen::MatrixXcd& fourier() const { return fourier_; }

  /// Of the periodic Gaussian that has spread since t = −1.
  State exact(double time) const {
    const double spread = 4.0 * kViscosity * (time + 1.0);
    State u = State::Zero(points_);
    for (Index i = 0; i < points_; ++i) {
      for (int period = -2; period <= 2; ++period) {
        const double x = static_cast<double>(i) / static_cast<double>(points_) - 0.5 + period - time;
        u[i] += std::exp(-x * x / spread) / std::sqrt(std::numbers::pi * spread);
      }
    }
    return u;
  }

 private:
  static constexpr double kViscosity = 0.02;

  template <typename Factor>
  State multiplied(const StateView& u, const Factor& factor) const {
    Eigen::VectorXcd modes = fourier_ * State(u).cast<Complex>();
    for (Index i = 0; i < points_; ++i) modes[i] *= factor(waves_[i]);
    return (fourier_.adjoint() * modes).real() / static_cast<double>(points_);
  }

  Index points_;
  Eigen::MatrixXcd fourier_;
  State waves_;
};

/// Values at the coarse points, and the Fourier modes that both have.
class SpectralTransfer final : public LevelTransfer {
 public:
  SpectralTransfer(const SpectralAdvectionDiffusion& fine, const SpectralAdvectionDiffusion& coarse)
      : fine_(fine), coarse_(coarse) {}

  void restrict_to_coarse(const StateView& fine, StateOut coarse) const override {
    const Index ratio = fine.size() / coarse.size();
    for (Index i = 0; i < coarse.size(); ++i) coarse[i] = fine[i * ratio];
  }
  void interpolate_to_fine(const StateView& coarse, StateOut fine) const override {
    const Index half = coarse.size() / 2;
    const Eigen::VectorXcd modes =
        coarse_.fourier() * State(coarse).cast<std::complex<double>>() / static_cast<double>(coarse.size());
    Eigen::VectorXcd finer = Eigen::VectorXcd::Zero(fine.size());
    finer.head(half) = modes.head(half);
    finer.tail(half - 1) = modes.tail(half - 1);
    fine = State((fine_.fourier().adjoint() * finer).real());
  }

 private:
  const SpectralAdvectionDiffusion& fine_;
  const SpectralAdvectionDiffusion& coarse_;
};

}  // namespace forerun::testing
