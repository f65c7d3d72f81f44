#pragma once

#include "core/base/state.h"

namespace forerun {

/// Where a step's collocation nodes are, M of them in [0, 1].
enum class NodeFamily {
  gauss,    ///< neither end, order 2M
  radau,    ///< the right end, order 2M − 1
  lobatto,  ///< both ends, order 2M − 2; M ≥ 2
};

/// Collocation on the unit interval: with ℓ_j the polynomial of degree M − 1 that is 1 at node j and 0 at the others,
///
///   Q_mj = ∫_0^{τ_m} ℓ_j,      w_j = ∫_0^1 ℓ_j.
///
/// The collocation solution of a step u' = f(t, u) of length h from u_0 has u_m = u_0 + h Σ_j Q_mj f(t_m, u_j) and ends
/// in u_0 + h Σ_j w_j f_j, which is u_M where the last node is 1.
struct Collocation {
  NodeFamily family = NodeFamily::radau;
  State nodes;       ///< τ, ascending
  States integrals;  ///< Q, M × M
  State weights;     ///< w

  Index num_nodes() const { return nodes.size(); }
  bool has_begin() const { return family == NodeFamily::lobatto; }
  bool has_end() const { return family != NodeFamily::gauss; }
  /// Power of h that the error of the step's end goes with over a fixed time.
  int order() const;
};

/// Nodes are roots of Legendre polynomials and their relatives, bisected to the last bit; integrals come of Gauss's
/// quadrature, which is exact for them. Errors are some units of rounding. Deterministic. Throws `ParameterError`
/// ("nodes") unless 1 ≤ num_nodes ≤ 16, from 2 for Lobatto's.
/// Source: Hairer, Nørsett, Wanner, Solving ODEs I, sec. II.7, and II, sec. IV.5.
Collocation make_collocation(NodeFamily family, Index num_nodes);

/// Lower triangular stand-ins for Q, M × M, with which a sweep goes from node to node.
///
/// Explicit Euler steps from node to node: column j has τ_{j+1} − τ_j below the diagonal.
States explicit_euler_weights(const Collocation& collocation);
/// Implicit Euler steps from node to node: column j has τ_j − τ_{j−1} from the diagonal on, τ_0 = 0.
States implicit_euler_weights(const Collocation& collocation);
/// Uᵀ of Qᵀ = L U, which makes sweeps contract however stiff the equation is; a first node at 0 has nothing to solve.
/// Source: Weiser, Faster SDC convergence on non-equidistant grids by DIRK sweeps, BIT 55 (2015), 1219–1241.
States implicit_lu_weights(const Collocation& collocation);

/// Row i: how values at `from` make the value at to_i of the polynomial through them. A point that both have takes its
/// value as it is.
States lagrange_interpolation(const State& from, const State& to);

}  // namespace forerun
