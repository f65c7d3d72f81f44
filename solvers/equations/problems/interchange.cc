#include <array>
#include <cmath>

#include "solvers/equations/arakawa_bracket.h"
#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/problems/problems.h"
#include "solvers/equations/thread_scratch.h"
#include "solvers/linear/periodic_poisson.h"

namespace forerun {
namespace {

/// Interchange motion of a blob, the reduced model of filaments in the edge of a magnetised plasma,
///
///   n_t + {Φ, n} = D Δn,      ω_t + {Φ, ω} = −g n_y + μ Δω,      ω = ΔΦ,      {a, b} = a_x b_y − a_y b_x,
///
/// n density, ω vorticity, Φ potential of the velocity (−Φ_y, Φ_x); g > 0 drives a blob of more density towards +x, out
/// of the plasma. On a periodic square of side L, m × m cells of width h = L/m: Arakawa's bracket, the five-point
/// Laplacian, which Φ is solved from exactly, and central differences; second order. With D = μ = 0 it would keep Σ n²,
/// and its energy changes by the drive alone, to rounding.
/// State: n, then ω, each row by row (y), x running fastest; d = 2 m². Initial state: ω = 0, and on the background a
/// Gaussian blob, n = n_0 + a exp(−r²/(2 w²)), r the distance to its centre or the nearest image of it.
/// Each point depends on all others through Φ: explicit methods, and IMEX, whose implicit part is diffusion.
/// Source: O. E. Garcia et al., Phys. Plasmas 12 (2005), 090701.
struct Interchange : FieldEquation {
  static constexpr std::string_view name = "interchange";
  static constexpr std::array<std::string_view, 2> mesh_keys{"cells", "cells"};

  Index cells;  ///< m
  double length;
  double gravity;
  double background;
  double amplitude;
  double blob_width;
  double centre_x;
  double centre_y;
  double spread_n;      ///< D/h²
  double spread_omega;  ///< μ/h²
  PeriodicPoisson poisson;

  explicit Interchange(const Parameters& parameters)
      : cells(parameters.integer("cells")),
        length(parameters.number("length")),
        gravity(parameters.number("gravity")),
        background(parameters.number("background")),
        amplitude(parameters.number("amplitude")),
        blob_width(parameters.number("width")),
        centre_x(parameters.number("x")),
        centre_y(parameters.number("y")),
        spread_n(parameters.number("diffusivity") / (cell() * cell())),
        spread_omega(parameters.number("viscosity") / (cell() * cell())),
        poisson(cells, cell()) {}

  double cell() const { return length / static_cast<double>(cells); }
  Index num_cells() const { return cells * cells; }
  Index dimension() const { return 2 * num_cells(); }
  /// What a blob has after a few of its own times √(w/(g a)).
  double usual_vorticity() const { return 2.0 * std::sqrt(gravity * amplitude / blob_width); }
  StateBounds bounds() const { return bounds_of(0.0, 1.0); }
  StateBounds range() const { return bounds_of(amplitude, 4.0); }
  StateLayout layout() const {
    const double first = 0.5 * cell(), last = length - first;
    return {{"n", "vorticity"},
            {{"y", cells, first, last, AxisEnds::periodic}, {"x", cells, first, last, AxisEnds::periodic}}};
  }

  State initial_state() const {
    State state = State::Zero(dimension());
    for (Index row = 0; row < cells; ++row) {
      const double y = to_nearest_image(row, centre_y);
      for (Index column = 0; column < cells; ++column) {
        const double x = to_nearest_image(column, centre_x);
        state[row * cells + column] =
            background + amplitude * std::exp(-0.5 * (x * x + y * y) / (blob_width * blob_width));
      }
    }
    return state;
  }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* state, Scalar* derivative) const {
    const Index padded = (cells + 2) * (cells + 2);
    ScalarScratch<Scalar> scratch(2 * num_cells() + 3 * padded);
    Scalar* const potential = scratch.data();
    Scalar* const n = potential + 2 * num_cells();
    Scalar* const omega = n + padded;
    Scalar* const phi = omega + padded;
    poisson.solve(state + num_cells(), potential, potential + num_cells());
    pad(state, n);
    pad(state + num_cells(), omega);
    pad(potential, phi);
    change<true>(n, omega, phi, derivative);
  }

  /// Diffusion.
  template <class Scalar>
  FORERUN_INLINE void stiff_rhs(const Scalar& /*t*/, const Scalar* state, Scalar* derivative) const {
    const Index padded = (cells + 2) * (cells + 2);
    ScalarScratch<Scalar> scratch(2 * padded);
    Scalar* const n = scratch.data();
    Scalar* const omega = n + padded;
    pad(state, n);
    pad(state + num_cells(), omega);
    change<false>(n, omega, n, derivative);
  }

  /// A single component needs Φ, which is as dear as all of them.
  static constexpr bool can_be_recorded() { return false; }

 private:
  StateBounds bounds_of(double margin, double vorticities) const {
    StateBounds bounds{State(dimension()), State(dimension())};
    const double vorticity = vorticities * usual_vorticity();
    bounds.lower << State::Constant(num_cells(), background - margin), State::Constant(num_cells(), -vorticity);
    bounds.upper << State::Constant(num_cells(), background + amplitude + margin),
        State::Constant(num_cells(), vorticity);
    return bounds;
  }

  double to_nearest_image(Index cell_number, double centre) const {
    const double distance = (static_cast<double>(cell_number) + 0.5) * cell() - centre;
    return distance - length * std::round(distance / length);
  }

  /// A field with a margin of one cell, in which it goes on beyond its edges.
  template <class Scalar>
  FORERUN_INLINE void pad(const Scalar* field, Scalar* padded) const {
    const Index m = cells, stride = m + 2;
    for (Index row = 0; row < stride; ++row) {
      const Scalar* const from = field + (row == 0 ? m - 1 : row == m + 1 ? 0 : row - 1) * m;
      Scalar* const to = padded + row * stride;
      to[0] = from[m - 1];
      FORERUN_INDEPENDENT_ITERATIONS
      for (Index column = 0; column < m; ++column) to[column + 1] = from[column];
      to[m + 1] = from[0];
    }
  }

  /// Both derivatives at all points from padded fields: all of them, or diffusion alone.
  template <bool moves, class Scalar>
  FORERUN_INLINE void change(const Scalar* n, const Scalar* omega, const Scalar* phi, Scalar* derivative) const {
    const Index m = cells, stride = m + 2;
    const double bracket_factor = -1.0 / (12.0 * cell() * cell());
    const double drive = -gravity / (2.0 * cell());
    for (Index row = 0; row < m; ++row) {
      const Index first = (row + 1) * stride + 1;
      Scalar* const dn = derivative + row * m;
      Scalar* const domega = dn + num_cells();
      FORERUN_INDEPENDENT_ITERATIONS
      for (Index column = 0; column < m; ++column) {
        const Index i = first + column;
        const Scalar diffusion_n = spread_n * laplacian(n + i, stride);
        const Scalar diffusion_omega = spread_omega * laplacian(omega + i, stride);
        if constexpr (moves) {
          const ArakawaBracket<Scalar> bracket(phi + i, stride, bracket_factor);
          dn[column] = bracket.of(n + i, stride) + diffusion_n;
          domega[column] = bracket.of(omega + i, stride) + drive * (n[i + stride] - n[i - stride]) + diffusion_omega;
        } else {
          dn[column] = diffusion_n;
          domega[column] = diffusion_omega;
        }
      }
    }
  }

  template <class Scalar>
  FORERUN_INLINE static Scalar laplacian(const Scalar* here, Index stride) {
    return (here[-1] + here[1]) + (here[-stride] + here[stride]) - 4.0 * here[0];
  }
};

}  // namespace

ProblemEntry interchange_problem() {
  return make_entry<Interchange>(
      "n_t + {phi, n} = D lap n, omega_t + {phi, omega} = -g n_y + mu lap omega, omega = lap phi: a blob in the edge "
      "of a plasma, on a periodic square",
      {integer_parameter("cells", 32, 3, 4096, "cells a side, m; dimension 2 m^2"),
       positive_parameter("length", 12.0, "L, of a side"), positive_parameter("gravity", 1.0, "g, of curvature"),
       positive_parameter("diffusivity", 0.02, "D, of the density"),
       positive_parameter("viscosity", 0.02, "mu, of the vorticity"),
       real_parameter("background", 1.0, "density without the blob"),
       positive_parameter("amplitude", 0.5, "a, of the blob above the background"),
       positive_parameter("width", 1.0, "w, of the blob: e^(-r^2/(2 w^2))"),
       real_parameter("x", 4.0, "where the blob's centre is; it moves to larger x"),
       real_parameter("y", 6.0, "likewise")});
}

}  // namespace forerun
