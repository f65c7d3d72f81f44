#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/state.h"
#include "learning/training/learned_model.h"

namespace forerun {

/// What a network with weights shared over the mesh makes of small disturbances v of a uniform state ū, its fields'
/// middles, as a finite-difference stencil:
///
///   m_f(ū + v)(x) − m_f(ū)(x) ≈ Σ_g Σ_j w_{f,g}(j) v_g(x + j),      |j| ≤ reach steps of the mesh along each axis.
///
/// Of a network that looks at what the coarse solver does, v are the changes of the fields and, as if those could
/// change alone, of their increments G(u) − u. What the network has learned that is not linear is left out, and so are
/// walls.
struct EffectiveStencil {
  std::vector<std::string> fields;  ///< "u"; "u1", "u2", … where there are several
  std::vector<std::string> inputs;  ///< the fields, and "(G u - u)" of each where it is looked at
  std::vector<std::string> axes;
  Index reach = 0;
  /// w_{f,g} at f · inputs + g: (2 reach + 1)^axes numbers, the last axis running fastest.
  std::vector<State> weights;

  const State& of(Index field, Index by) const {
    return weights[static_cast<std::size_t>(field * static_cast<Index>(inputs.size()) + by)];
  }
  /// As a differential operator on smooth v, in steps h of the mesh: Σ_j w(j) v, Σ_j j w(j) h v_x and ½ Σ_j j² w(j) h²
  /// v_xx along each axis, "0.001 u - 0.2 h u_x + 0.05 h^2 u_xx" without terms below a thousandth of the largest
  /// weight.
  std::string as_operator(Index field, Index by) const;
};

/// Of a model that `stencil` has learned, by central differences; the reach ends where no weight is more than a
/// thousandth of the largest. nullopt for any other model, and for a reach of more than 50 steps. Throws
/// std::invalid_argument for a model that contradicts itself. Cost: 2 evaluations an input on (2 reach + 3)^axes
/// points. Deterministic.
std::optional<EffectiveStencil> effective_stencil(const LearnedModel& model);

}  // namespace forerun
