#pragma once

#include <map>
#include <memory>
#include <string>

#include "learning/corrector.h"
#include "learning/random_features.h"

namespace forerun {

struct RandnetOptions {
  LayerOptions layer;
  double ridge = 1e-13;  ///< ≥ 0, relative to the typical ‖φ‖² (`RandomFeatures::typical_energy`)
  Index rank = 128;      ///< more outputs than this are compressed to so many modes at most; ≥ 1
  std::map<std::string, std::string> printed;  ///< as a model file keeps them
};

/// One random-feature network for all slices, its readout fitted to the whole harvest:
///
///   m(u) = W φ(u),      W = argmin Σ_samples ‖W φ(u) − (F(u) − G(u))‖² + λ ‖W‖².
///
/// λ > 0: fitted recursively (`RecursiveReadout`), so that all fits of a run cost about one; λ = 0: minimum norm, from
/// all samples anew each time. Outputs beyond `rank` components are compressed by `PodBasis`.
/// Memory: M² + M · outputs doubles beyond the harvest, and the modes. Deterministic and thread-safe as `Corrector`
/// says.
std::unique_ptr<Corrector> make_randnet_corrector(const RandnetOptions& options, const StateBounds& bounds);

}  // namespace forerun
