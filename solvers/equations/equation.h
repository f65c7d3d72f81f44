#pragma once

#include "core/base/state.h"
#include "core/base/state_layout.h"
#include "core/base/state_norm.h"
#include "solvers/simd/lanes.h"

namespace forerun {

/// An *equation* u' = f(t, u) is a small struct that holds the constants of f and writes f once, for any scalar:
///
///   struct Lorenz : SystemEquation<3> {
///     static constexpr std::string_view name = "lorenz";
///     double sigma, rho, beta;
///     State initial_state() const;
///     StateBounds bounds() const;
///     template <class Scalar>
///     void rhs(const Scalar& t, const Scalar* u, Scalar* du) const {     // u and du: dimension() numbers, apart
///       du[0] = sigma * (u[1] - u[0]);
///       …
///     }
///   };
///
/// `Scalar` is `double` (one slice), `Quad` or `Lanes` (four or sixteen slices), `Dual` (derivatives, for implicit
/// methods), `Dependencies` (which derivatives there are) or `Recorded` (what is computed, for reduced-order models).
/// Constants are doubles and stand left or right of a scalar; `each_lane` applies a function of a number to either.
/// IMEX methods take an equation that says which part of f is stiff: `template <class Scalar> void stiff_rhs(t, u, du)
/// const` as `rhs`, which stays the whole; that a part is linear is seen from it (`Linearity`). A member `StateLayout
/// layout() const` names components or mesh for plots, `StateBounds range() const` says where solutions stay if that is
/// not `bounds`, a constant `Index time_component` which component is time itself, a constant array `mesh_keys` which
/// parameter says how many points each axis of the layout has (then solvers can run on coarser meshes); all may be left
/// out. `EquationProblem<Lorenz>` makes a problem of it.

/// Base of systems whose dimension is known when compiling: a state lives in registers, slices advance in lanes.
template <Index Dimension>
struct SystemEquation {
  static constexpr Index fixed_dimension = Dimension;
  static constexpr bool advances_in_lanes = true;
  static constexpr bool is_linear = false;
  static constexpr double default_begin = 0.0;
  static constexpr Index dimension() { return Dimension; }
};

/// Base of systems whose dimension is known when running; slices advance in lanes all the same.
struct OpenSystemEquation {
  static constexpr Index fixed_dimension = Eigen::Dynamic;
  static constexpr bool advances_in_lanes = true;
  static constexpr bool is_linear = false;
  static constexpr double default_begin = 0.0;
};

/// Base of equations on a mesh, with `Index dimension() const`; loops along the state use the SIMD unit.
struct FieldEquation {
  static constexpr Index fixed_dimension = Eigen::Dynamic;
  static constexpr bool advances_in_lanes = false;
  static constexpr bool is_linear = false;
  static constexpr double default_begin = 0.0;
};

/// Bounds that are the same for every component.
StateBounds uniform_bounds(Index dimension, double lower, double upper);
/// From −∞ to ∞ in every component.
StateBounds unlimited_range(Index dimension);

}  // namespace forerun
