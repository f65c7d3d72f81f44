#pragma once

#include <memory>

#include "solvers/equations/ode_problem.h"
#include "solvers/equations/sampled_sides.h"
#include "solvers/integrators/reduced/snapshots.h"

namespace forerun {

/// Where the equation is not affine: n(t, u) = f(t, u) − A u at some places alone, and what the others follow from.
struct InterpolatedSides {
  std::shared_ptr<const SampledSides> sides;
  States to_inputs;    ///< rows of V at the components that the places look at
  States from_places;  ///< Vᵀ W (Pᵀ W)⁻¹, r × places
};

/// A problem u' = f(t, u) in the coordinates y of u = V y, V an orthonormal basis of r columns,
///
///   y' = Vᵀ f(t, V y)                        (Galerkin)
///      = Vᵀ A V y + Vᵀ b                     where f(t, u) = A u + b,
///      ≈ Vᵀ A V y + Vᵀ W (Pᵀ W)⁻¹ Pᵀ n(t, V y)  otherwise, n(t, u) = f(t, u) − A u,
///
/// A being ∂f/∂u at the mean of the snapshots, W the leading directions of n at the snapshots and P the places where n
/// is computed: discrete empirical interpolation (S. Chaturantabut, D. C. Sorensen, SIAM J. Sci. Comput. 32 (2010),
/// 2737–2764), places by QR with pivoting (Z. Drmač, S. Gugercin, SIAM J. Sci. Comput. 38 (2016), A631–A648).
///
/// f is then computed from components of V y that the places depend on: O(r² + r · inputs) operations, whatever d.
/// What lies in V, and of n in W, is exact.
struct ReducedEquation {
  States basis;           ///< V, d × r
  SparseMatrix jacobian;  ///< A
  State mean;             ///< of the snapshots
  States linear;          ///< of y, r × r: Vᵀ A V, less what `interpolated` takes for A u at its places
  State constant;         ///< Vᵀ b
  bool is_affine = true;
  InterpolatedSides interpolated;  ///< of one that is not affine

  Index dimension() const { return basis.cols(); }
};

/// Whether an equation is affine, or components of it can be computed alone.
bool is_reducible(const OdeProblem& problem);
/// Throws `ParameterError` ("method") where it is neither.
void require_reducible(const OdeProblem& problem);

/// The equation on the basis of at most `most` directions of the snapshots, which are finite and not all zero. Throws
/// as `require_reducible`.
ReducedEquation reduce(const OdeProblem& problem, const Snapshots& snapshots, Index most);

/// [Vᵀ A V, Vᵀ b] of an equation u' = A u + b, r × (r + 1). Throws std::invalid_argument for another one.
States project(const OdeProblem& problem, const States& basis);

/// y' as a problem for every integrator that needs no stiff part; of an affine one also without its constant.
std::unique_ptr<OdeProblem> make_reduced_problem(std::shared_ptr<const ReducedEquation> equation);
std::unique_ptr<OdeProblem> make_homogeneous_reduced_problem(std::shared_ptr<const ReducedEquation> equation);

}  // namespace forerun
