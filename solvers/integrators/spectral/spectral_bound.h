#pragma once

#include <vector>

#include "core/base/time_grid.h"
#include "core/record/iteration_observer.h"
#include "solvers/integrators/spectral/spectral_propagator.h"

namespace forerun {

/// How far the boundary states of a run with a spectral coarse solver are from those of serial fine, at most. With
/// T − G = what the modes leave out, equation (1) of Parareal gives for e_n = F-serial − U[n]
///
///   e_{n+1} = T e_n + (T − G)(U[n]^k − U[n]^{k−1}),
///   ‖e_n‖ ≤ b_n,      b_{n+1} = σ_1 b_n + σ_{R+1} ‖U[n]^k − U[n]^{k−1}‖,      b_0 = 0
///
/// (Euclidean norms, σ those of the slice); summed up, Σ_m σ_{R+1} σ_1^{n−m−1} ‖increment of U[m]‖. Slices that are
/// frozen keep the bound that they were frozen with.
///
/// A bound as far as the singular values are true: they are found from samples, from below, so that an error can be
/// larger than the bound by the part that they are too small. With R = 0 nobody has looked for them. But then what a
/// sweep changes at a slice's end is T times what the sweep before changed at its beginning, and of these growths the
/// largest so far stands for σ_1, of all slices; it costs nothing, and comes from as few samples as there are sweeps.
/// Below rounding, 10⁻¹⁵ of the states, the bound says nothing. Infinite after a sweep in which a coarse prediction was
/// not used.
///
/// It holds where the fine solver is the one whose modes are taken, of one level, and nothing is learned: the caller
/// sees to that. Cost O(d N) an iteration, and memory for two sets of states. Not thread-safe; a run of one window in
/// one process. Source: M. J. Gander, M. Ohlberger, S. Rave, "A Parareal algorithm without coarse propagator?".
class SpectralBound final : public IterationObserver {
 public:
  /// Both outlive it.
  SpectralBound(const SpectralPropagator& coarse, const TimeGrid& grid) : coarse_(coarse), grid_(grid) {}

  void on_start(Index num_slices, const States& boundaries) override;
  void on_iteration(const IterationRecord& iteration, const States& boundaries) override;

  /// max_n b_n after each iteration.
  const std::vector<double>& bounds() const { return bounds_; }

 private:
  void look_at_growth(Index first, const States& increments);

  const SpectralPropagator& coarse_;
  const TimeGrid& grid_;
  States previous_;
  States crossed_;       ///< what the sweep before changed, which T has crossed since; at first the states themselves
  double growth_ = 0.0;  ///< the largest seen; R = 0 alone
  std::vector<double> of_boundaries_;  ///< b_n
  Index frozen_ = 0;                   ///< slices that the next sweep leaves as they are
  std::vector<double> bounds_;
};

}  // namespace forerun
