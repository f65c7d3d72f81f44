#pragma once

#include <array>
#include <string_view>

#include "core/base/parameters.h"
#include "solvers/equations/equation.h"

namespace forerun {

/// Viscous Burgers equation, a front that steepens against diffusion,
///
///   u_t = ν u_xx − u u_x  on [−1, 1],   u(x, 0) = ½ (cos(κ π x + φ) + 1),
///
/// by central differences on d points, both ends included, dx = 2/(d − 1). Periodic in the *index*: neighbours of point
/// i are i ± 1 mod d, so the two ends are neighbours dx apart although they have the same x on a circle. This is how
/// the published benchmark has it, and it is what its counts belong to.
struct Burgers : FieldEquation {
  static constexpr std::string_view name = "burgers";
  static constexpr std::array<std::string_view, 1> mesh_keys{"points"};

  Index points;
  double wave_number;  ///< κ
  double phase;        ///< φ
  double diffusion;    ///< ν/dx²
  double advection;    ///< 1/(2 dx)

  explicit Burgers(const Parameters& parameters);

  Index dimension() const { return points; }
  State initial_state() const;
  StateBounds bounds() const { return uniform_bounds(points, 0.0, 1.0); }
  StateLayout layout() const { return {{"u"}, {{"x", points, -1.0, 1.0, AxisEnds::periodic}}}; }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    const Index last = points - 1;
    du[0] = change(u[last], u[0], u[1]);
    FORERUN_INDEPENDENT_ITERATIONS
    for (Index i = 1; i < last; ++i) du[i] = change(u[i - 1], u[i], u[i + 1]);
    du[last] = change(u[last - 1], u[last], u[0]);
  }

  /// Diffusion.
  template <class Scalar>
  FORERUN_INLINE void stiff_rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    const Index last = points - 1;
    du[0] = diffusion * (u[last] - 2.0 * u[0] + u[1]);
    FORERUN_INDEPENDENT_ITERATIONS
    for (Index i = 1; i < last; ++i) du[i] = diffusion * (u[i - 1] - 2.0 * u[i] + u[i + 1]);
    du[last] = diffusion * (u[last - 1] - 2.0 * u[last] + u[0]);
  }

  template <class Scalar>
  FORERUN_INLINE Scalar change(const Scalar& left, const Scalar& mid, const Scalar& right) const {
    return diffusion * (left - 2.0 * mid + right) - advection * mid * (right - left);
  }

  static std::vector<ParameterSpec> parameter_specs();
};

}  // namespace forerun
