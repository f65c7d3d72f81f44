#pragma once

#include <map>
#include <memory>
#include <string>

#include "learning/random_features/random_features.h"
#include "learning/training/corrector.h"

namespace forerun {

struct RandnetOptions {
  LayerOptions layer = {.neurons = 0};  ///< 0 neurons: as many as suit the length of the state, 250 … 1000
  double ridge = 1e-10;     ///< ≥ 0, relative to the typical ‖φ‖² (`RandomFeatures::typical_energy`)
  double growth = 2.0;      ///< g ≥ 1: an iteration's samples count g² as much as those of the one before
  Index rank = 0;           ///< more outputs than this are compressed to modes (`PodBasis`); 0: 256, 128 if very long
  bool standardize = true;  ///< scale inputs by their spread in the first sweep (`spread_of`)
  std::map<std::string, std::string> printed{};  ///< as a model file keeps them
};

/// One random-feature network for all slices, its readout fitted to the whole harvest:
///
///   m(u) = W φ(u),      W = argmin Σ_samples w² ‖W φ(u) − (F(u) − G(u))‖² + λ ‖W‖²,
///
/// w = min(g^{k−1}, 1000) for samples of iteration k, counted from the harvest's first. As the run converges, what is
/// left to be learned shrinks with the distance between iterates; growing weights have the newest samples matched to
/// the digits that matter by then, and a readout that has fewer features than samples take the difference out of old
/// ones.
///
/// λ > 0: fitted recursively (`RecursiveReadout`), so that all fits of a run cost about one; λ = 0: minimum norm, from
/// all samples anew each time. Outputs beyond `rank` components are compressed by `PodBasis`.
/// Where a fit finds more than `Harvest::many_samples` new samples, it takes 4 a feature, spread evenly over them: in a
/// long chain of slices more would cost without end and teach nothing.
/// Memory: M² + M · outputs doubles beyond the harvest, and the modes; in a fit twice M doubles a sample it takes.
/// Of a run that processes share each needs all samples: 24 d bytes a slice and iteration. Features or factors would
/// take the place of a third of that alone, since targets, and the modes that compress them, are as long as a state.
/// Deterministic and thread-safe as `Corrector` says. Throws std::invalid_argument for options out of their ranges.
/// Source: Gattiglio, Grigoryeva, Tamborrino (2024) for the network; Haykin (2002), ch. 9, for weights that grow.
std::unique_ptr<Corrector> make_randnet_corrector(const RandnetOptions& options, const StateBounds& bounds);

/// Bytes beyond the harvest, at the peak of a fit to one sweep of so many slices.
double randnet_bytes(const RandnetOptions& options, Index dimension, double num_slices);

}  // namespace forerun
