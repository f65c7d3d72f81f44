#pragma once

#include <memory>
#include <optional>

#include "solvers/coarsening/mesh_transfer.h"
#include "solvers/equations/ode_problem.h"
#include "solvers/integrators/solver_spec.h"

namespace forerun {

/// The equation that a solver is for: the problem's own with the parameters of `spec.problem`, on the mesh that
/// `coarsening` asks for. With n points an axis has
///
///   n       parts where it is periodic or its points are middles of cells,
///   n − 1   where its ends are points,
///   n + 1   where values are given one point beyond its ends,
///
/// of which the coarser mesh has as many divided by `coarsening`, so that ends stay where they are.
/// Throws `ParameterError`: "coarsening" where there is no mesh that can be changed, where it does not divide one, or
/// leaves fewer than four points of an axis; "problem.KEY" for a parameter against its rule or that there is not, and
/// where states would have other fields or another kind of mesh.
std::unique_ptr<OdeProblem> make_variant(const OdeProblem& problem, const SolverSpec& spec);

/// How states of `problem` get to a variant's mesh and back by what `spec` says. Throws `ParameterError`
/// ("interpolation") for trigonometric interpolation along an axis that is not periodic.
TransferOptions transfer_options(const OdeProblem& problem, const OdeProblem& variant, const SolverSpec& spec);

/// The equation that a solver is for, its own or a variant, and how states get there and back.
class EquationOfSolver {
 public:
  /// Keeps a reference to `problem`. Throws as `make_variant`.
  EquationOfSolver(const OdeProblem& problem, const SolverSpec& spec);

  const OdeProblem& problem() const { return variant_ ? *variant_ : own_; }
  /// R u.
  State restricted(const StateView& state) const;
  /// R and P; nullptr where the mesh is the equation's own.
  const MeshTransfer* transfer() const { return transfer_ ? &*transfer_ : nullptr; }

 private:
  const OdeProblem& own_;
  std::unique_ptr<OdeProblem> variant_;
  std::optional<MeshTransfer> transfer_;
};

/// Parts of an axis with this many points, as above; and the points of one with so many parts.
Index num_parts(AxisEnds ends, Index points);
Index num_points(AxisEnds ends, Index parts);

}  // namespace forerun
