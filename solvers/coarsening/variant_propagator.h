#pragma once

#include <memory>

#include "core/propagation/propagator.h"

namespace forerun {

class OdeProblem;
struct SolverSpec;

/// Crosses a slice with another equation of the same kind, on a mesh of its own:
///
///   out = P g(R in),      R to the other equation's mesh, P back (mesh_transfer.h), g its solver.
///
/// Where only parameters differ and the mesh is the same, R and P are the identity. What a restriction does not see is
/// not carried on: the result depends on R in alone.
///
/// Work: g's, times the share of points; where there are two meshes, and one evaluation more for R and P. Thread-safe,
/// no heap traffic in the steady state. Throws as `make_variant` does; when propagating as g does.
std::unique_ptr<Propagator> make_variant_propagator(const OdeProblem& problem, const SolverSpec& spec);

}  // namespace forerun
