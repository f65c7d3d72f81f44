#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/base/state_layout.h"
#include "core/base/state_norm.h"
#include "learning/training/corrector.h"

namespace forerun {

struct StencilOptions {
  std::string recipe = "auto";      ///< of the features (`StencilRecipe::text`); "auto": chosen from the run's data
  std::string activation = "tanh";  ///< or "relu"
  Index neurons = 300;              ///< of recipes that are chosen and have any
  Index rows = 16;     ///< a feature, of values and again of secants, that a sweep's fit learns from, at least
  double ridge = 0.0;  ///< relative to the features' mean energy; 0: 10⁻⁹, of points without neurons 10⁻⁷
  std::uint64_t seed = 1;
  std::map<std::string, std::string> printed{};  ///< as a model file keeps them
};

/// The discrepancy F − G of a PDE is the same function of the state *around* a point at every point of the mesh. One
/// random-feature network for all points, its small readout fitted to all points, slices and iterations:
///
///   m(u)(x) = W φ(u around x),      W = argmin Σ_rows ‖W φ − δ‖² + λ ‖W‖²,
///
/// rows being values and *secants* (stencil_rows.h) at points spread over the mesh, as many as the readout can use. One
/// sweep of n slices gives n × points samples of a function of a few dozen numbers, where a network of whole states
/// gets n of one of d: a few hundred weights then describe an equation.
///
/// A run that begins from what others have learned (`begin_from`) takes over their φ and learns what is to be added to
/// their W, which λ then draws it to in place of 0.
///
/// φ may look at what the coarse solver does, G(u) − u, as at further fields, if the harvest keeps G(u): that is nearly
/// the equation's right-hand side, and the error of a coarse step a law of both.
///
/// What φ looks at is chosen from the data of the first sweep, and once more when there are changes between iterates
/// (stencil_choice.h); never by hand for a problem. Iterates that were far from what their slices have come to since
/// are left out. Fitted to the normal equations (`NormalReadout`), which λ keeps well enough posed. Where even the best
/// recipe leaves more than 30 % of the held-out slices unexplained the discrepancy is none of a neighbourhood, and
/// `fit` returns nullptr.
///
/// Of a run that processes share each makes the rows of its own slices, and all learn from the rows of all: they tell
/// each other
///
///   2 R (M + fields) numbers a sweep,      M features,  R = max(rows · M, 2·10⁸/M²) rows of values, and of secants,
///
/// 33 MB an iteration with 300 neurons, and once or twice a run some megabytes for each recipe that is tried, where the
/// states are 3 d a slice. So it is done where that is less (`stencil_shared_numbers`), and each process then keeps the
/// samples of its own slices alone; else all states are gathered, as they are where a run begins from another's model.
/// The bits are the same.
///
/// Memory: features × (features + 3 R) doubles in a fit, and the tangents' (stencil_tangents.h).
/// Deterministic and thread-safe as `Corrector` says. On slices that it has learned from, a model with neurons is its
/// tangents around their newest states (stencil_tangents.h): a sweep asks for small changes, and then costs next to
/// nothing. Throws std::invalid_argument for a state without a mesh and for options out of their ranges.
std::unique_ptr<Corrector> make_stencil_corrector(const StencilOptions& options, const StateBounds& bounds,
                                                  const StateLayout& layout);

/// Features of a network with so many neurons, about.
double stencil_features(Index neurons);

/// Numbers that processes tell each other to learn from one sweep, about.
double stencil_shared_numbers(const StencilOptions& options, Index num_fields);

/// Operations of learning from one sweep with so many components of states in all, about: the fit, and derivatives of
/// the network at every point.
double stencil_flops(const StencilOptions& options, double sweep_components);

/// Bytes beyond the harvest, at the peak of a fit, on so many slices; and G(u) of its so many samples.
double stencil_bytes(const StencilOptions& options, Index dimension, double num_slices, double num_samples);

}  // namespace forerun
